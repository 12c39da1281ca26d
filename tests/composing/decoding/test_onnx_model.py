"""OnnxModel on graphs written by hand: carried state, batches, damaged graphs."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.events import EventsEncoding
from musicgen.models.checkpoints.checkpoint import BadCheckpoint
from tests.helpers.tiny_graphs import WIDTH, tiny_checkpoint
from tests.helpers.tiny_music import NO_STEPS

STEPS = np.array([[[0, 40, 11], [0, 50, 5]], [[12, 44, 11], [6, 51, 5]]], np.int32)  # (N, K, F)


def run(engine: OnnxModel, steps: np.ndarray) -> list[np.ndarray]:
    """Logits of every field along given steps (N, K, F)."""
    stepper = engine.start(steps.shape[1])
    tracker = engine.encoding.tracker(steps.shape[1], NO_STEPS, 0)
    results = []
    for fields in steps:
        for index in range(fields.shape[1]):
            results.append(stepper.logits(tracker.features(), fields[:, :index]))
        stepper.push(fields)
        tracker.push(fields)
    return results


def test_logits_are_those_of_the_graphs(tmp_path):
    checkpoint = tiny_checkpoint(tmp_path)
    engine = OnnxModel(checkpoint)
    logits = run(engine, STEPS)
    sizes = [field.size for field in engine.encoding.fields]
    assert [array.shape for array in logits] == [(2, size) for size in sizes] * 2

    import onnx

    weights = {
        t.name: onnx.numpy_helper.to_array(t)
        for t in onnx.load(checkpoint.graphs[0]).graph.initializer
    }
    hidden = np.zeros((2, WIDTH))
    for step, before in enumerate([np.array([sizes] * 2), STEPS[0]]):
        tracker = EventsEncoding().tracker(2, NO_STEPS, 0)
        for fields in STEPS[:step]:
            tracker.push(fields)
        total = before @ weights["w_a"] + hidden @ weights["w_c"]
        for name, value in tracker.features().items():
            total = total + value @ weights[f"w_b_{name}"]
        hidden = np.tanh(total)
        assert logits[3 * step] == pytest.approx(hidden @ weights["w_logits"], abs=1e-4)


def test_logits_do_not_depend_on_the_batch(tmp_path):
    engine = OnnxModel(tiny_checkpoint(tmp_path))
    together = run(engine, STEPS)
    for piece in range(2):
        alone = run(engine, STEPS[:, piece : piece + 1])
        for a, b in zip(together, alone, strict=True):
            assert np.array_equal(a[piece : piece + 1], b)


def test_selected_rows_keep_their_state(tmp_path):
    engine = OnnxModel(tiny_checkpoint(tmp_path))
    stepper, tracker = (
        engine.start(2),
        engine.encoding.tracker(2, NO_STEPS, 0),
    )
    stepper.logits(tracker.features(), STEPS[0][:, :0])
    stepper.select(np.array([1, 1, 0]))  # in the middle of a step, and a piece twice
    pitch = stepper.logits({}, np.array([[0], [0], [0]], np.int32))
    expected = run(engine, STEPS[:1])[1]
    assert np.array_equal(pitch, expected[[1, 1, 0]])


def test_a_missing_graph_is_refused(tmp_path):
    checkpoint = tiny_checkpoint(tmp_path)
    with pytest.raises(BadCheckpoint, match="graphs that were not exported on this computer"):
        OnnxModel(replace(checkpoint, graphs=checkpoint.graphs[:2]))


def test_a_damaged_graph_is_refused(tmp_path):
    checkpoint = tiny_checkpoint(tmp_path)
    checkpoint.graphs[1].write_bytes(checkpoint.graphs[1].read_bytes()[:200])
    with pytest.raises(BadCheckpoint):
        OnnxModel(checkpoint)
