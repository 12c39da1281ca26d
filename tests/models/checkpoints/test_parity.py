"""Logits of the step graphs against those of Keras, step by step."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.build import StepsModel, build_model
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights, weights_of
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
)
from musicgen.score import Score, notes_from
from musicgen.training.data.windows import Windows
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.slow

STEPS = 512


def _long_piece(encoding: Encoding) -> Steps:
    """A piece of at least STEPS steps."""
    rows, at = [], 0
    for score in tiny_pieces(16):
        rows += [(n["start"] + at, n["duration"], n["pitch"]) for n in score.notes]
        at += score.end
    return encoding.encode(Score(notes_from(rows)))


def _onnx_logits(onnx_model: OnnxModel, steps: Steps, count: int) -> list[np.ndarray]:
    """Teacher-forced logits of the fields over the first steps: F of (count, V)."""
    stepper = onnx_model.start(1)
    tracker = onnx_model.encoding.tracker(1, steps, 0)
    logits_of_fields: list[list[np.ndarray]] = [[] for _ in onnx_model.encoding.fields]
    for row in steps.fields[:count, None]:
        features = tracker.features()
        for i, logits in enumerate(logits_of_fields):
            logits.append(stepper.logits(features, row[:, :i])[0])
        stepper.push(row)
        tracker.push(row)
    return [np.array(logits) for logits in logits_of_fields]


LSTM = LstmSettings(width=24, layers=2)
# Its context grows for the first 300 steps and moves on in the rest.
TRANSFORMER = TransformerSettings(width=32, layers=2, heads=2, context=300)
ENCODINGS: dict[str, Encoding] = {
    "events": EventsEncoding(velocity=True, program=True),
    "three fields": EventsEncoding(),  # traced in half the time
    "notes": NotesEncoding.for_scores(tiny_pieces()),
}


Written = Callable[[ModelSettings, str], tuple[StepsModel, Path]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A model and its checkpoint, cached: building and tracing take seconds."""

    @cache
    def write(settings: ModelSettings, name: str) -> tuple[StepsModel, Path]:
        encoding = ENCODINGS[name]
        model = build_model(settings, encoding, seed=3)
        folder = tmp_path_factory.mktemp("written") / "c"
        primer = np.zeros((3, len(encoding.fields)), np.int32)
        CheckpointWriter(model, encoding, [primer]).write(folder, {"epoch": 4})
        return model, folder

    return write


@pytest.mark.parametrize(
    ("settings", "name"),
    [(LSTM, "events"), (LSTM, "notes"), (TRANSFORMER, "three fields")],
)
def test_step_graphs_have_the_logits_of_training(
    written: Written, settings: ModelSettings, name: str
) -> None:
    encoding = ENCODINGS[name]
    model, checkpoint = written(settings, name)
    steps = _long_piece(encoding)
    assert len(steps) >= STEPS
    inputs, _, _ = next(Windows([steps], encoding, STEPS, 1).in_order())
    expected = model(inputs, training=False)
    logits_of_fields = _onnx_logits(OnnxModel(open_checkpoint(checkpoint)), steps, STEPS)
    for field, logits in zip(encoding.fields, logits_of_fields, strict=True):
        assert np.abs(logits - expected[field.name][0].numpy()).max() < 1e-4


def test_step_graphs_of_frames_have_the_logits_of_training(tmp_path: Path) -> None:
    encoding = FramesEncoding()
    model = build_model(LstmSettings(width=8, layers=1), encoding, seed=3)
    CheckpointWriter(model, encoding).write(tmp_path / "c", {})
    rng = np.random.default_rng(0)
    phrase = np.repeat(rng.integers(0, 61, (16, 4)), 2, axis=0)
    steps = Steps(np.concatenate([phrase, rng.integers(0, 61, (8, 4)), phrase]).astype(np.int32))
    count = len(steps)
    inputs, _, _ = next(Windows([steps], encoding, count, 1).in_order())
    expected = model(inputs, training=False)
    logits_of_fields = _onnx_logits(OnnxModel(open_checkpoint(tmp_path / "c")), steps, count)
    for field, logits in zip(encoding.fields, logits_of_fields, strict=True):
        assert np.abs(logits - expected[field.name][0].numpy()).max() < 1e-4


def test_step_graph_of_classic_has_the_logits_of_training(tmp_path: Path) -> None:
    encoding = NotesEncoding.for_scores(tiny_pieces())
    settings = ClassicSettings(width=16, dense=16, window=10)
    model = build_model(settings, encoding, seed=3)
    CheckpointWriter(model, encoding).write(tmp_path / "c", {})
    steps = _long_piece(encoding)
    scaled = (steps.fields[:STEPS, 0] / encoding.fields[0].size).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, settings.window)[:-1, :, None]
    expected = model({"window": windows}, training=False)["token"][:, 0].numpy()
    logits_of_fields = _onnx_logits(OnnxModel(open_checkpoint(tmp_path / "c")), steps, STEPS)[0]
    assert np.abs(logits_of_fields[settings.window :] - expected).max() < 1e-4
    probabilities = model.network(windows, training=False).numpy()
    softmax = np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)
    assert np.abs(probabilities - softmax).max() < 1e-5


def test_a_checkpoint_restores_the_weights(written: Written) -> None:
    encoding = ENCODINGS["events"]
    model, checkpoint = written(LSTM, "events")
    expected = weights_of(model)
    for variable in model.trainable_variables:
        variable.assign(np.full(variable.shape, 99))
    load_weights(model, checkpoint)
    logits_of_fields = weights_of(model)
    assert all(np.array_equal(expected[name], logits_of_fields[name]) for name in expected)
    opened = open_checkpoint(checkpoint)
    assert (opened.encoding, opened.model, opened.facts) == (encoding, LSTM, {"epoch": 4})
    assert [graph.name for graph in opened.graphs] == [
        "step.onnx",
        "step_pitch.onnx",
        "step_duration.onnx",
        "step_velocity.onnx",
        "step_program.onnx",
    ]
    assert opened.primers[0].shape == (3, 5)


def test_weights_of_another_model_are_refused(written: Written) -> None:
    encoding = ENCODINGS["notes"]
    _, checkpoint = written(LSTM, "notes")
    with pytest.raises(BadCheckpoint, match="another shape"):
        load_weights(build_model(replace(LSTM, width=16), encoding), checkpoint)
    with pytest.raises(BadCheckpoint, match="not those of this model"):
        load_weights(build_model(replace(LSTM, layers=3), encoding), checkpoint)
