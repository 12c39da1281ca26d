"""BoundStepper and OnnxStepper give the same logits."""

from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.bound_stepper import BoundStepper, can_be_bound
from musicgen.composing.decoding.onnx_model import OnnxGraphs, OnnxModel, OnnxStepper
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.model_interface import Stepper, branch
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role
from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.paths import PRETRAINED
from tests.helpers.tiny_graphs import tiny_checkpoint
from tests.helpers.tiny_music import NO_STEPS

STEPS = 20
KEPT, RESAMPLED = np.array([0, 2]), np.array([2, 0, 0])
HIGH = {"events": (12, 88, 24), "parts": (88, 24, 1)}  # random values of the fields are below


@pytest.fixture(params=["tiny", "chorales"])
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Checkpoint:
    """One of a single model, and one of several."""
    if request.param == "tiny":
        return tiny_checkpoint(tmp_path, EventsEncoding(), 0)
    return open_checkpoint(PRETRAINED / "chorales/checkpoints/best")


def _opening(encoding: Encoding) -> Steps:
    if isinstance(encoding, PartsEncoding):
        return encoding.beginning(Ensemble((Role(), Role(register=40))), NO_STEPS)
    return NO_STEPS


def _random_fields(rng: np.random.Generator, encoding: Encoding, rows: int) -> np.ndarray:
    columns = [rng.integers(0, high, rows) for high in HIGH[encoding.name]]
    return np.column_stack(columns).astype(np.int32)


def _logits(stepper: Stepper, encoding: Encoding) -> list[np.ndarray]:
    """Logits of every field over some steps of three pieces.

    They are put in another order, one twice and one not; then the second is dropped.
    """
    rng, tracker = np.random.default_rng(0), encoding.tracker(3, _opening(encoding), 0)
    results, rows = [], np.arange(3)
    for step in range(STEPS):
        fields = _random_fields(rng, encoding, 3)
        features = {name: value[rows] for name, value in tracker.features().items()}
        for i in range(fields.shape[1]):
            results.append(stepper.logits(features, fields[rows, :i]))
            if step == STEPS // 2 and i == 1:
                stepper.select(KEPT)
                rows = KEPT
        stepper.push(fields[rows])
        tracker.push(fields)
        if step == STEPS // 4:
            stepper.select(RESAMPLED)
            tracker.select(RESAMPLED)
    return results


def test_bound_and_passed_arrays_give_the_same_logits(checkpoint: Checkpoint) -> None:
    engine = OnnxGraphs(checkpoint)
    assert can_be_bound(engine.sessions)
    bound = engine.start(3)
    assert isinstance(bound, BoundStepper)
    start = {name: np.zeros((3, *shape), np.float32) for name, shape in engine.state.items()}
    encoding = engine.encoding
    start["before"] = np.tile(np.array([f.size for f in encoding.fields], np.int32), (3, 1))
    passed = _logits(OnnxStepper(engine, start), encoding)
    pairs = zip(_logits(bound, encoding), passed, strict=True)
    for one, other in pairs:
        assert len(one) in (2, 3)
        assert np.array_equal(one, other)


def test_a_branch_continues_its_piece_and_does_not_change_it(checkpoint: Checkpoint) -> None:
    engine = OnnxModel(checkpoint)
    encoding = engine.encoding
    rng, tracker = np.random.default_rng(1), encoding.tracker(2, _opening(encoding), 0)
    stepper = engine.start(2)
    nothing = np.zeros((2, 0), np.int32)
    for _ in range(5):
        stepper.logits(tracker.features(), nothing)
        fields = _random_fields(rng, encoding, 2)
        stepper.push(fields)
        tracker.push(fields)
    features = tracker.features()
    other = branch(stepper, np.array([1]))
    of_other = {name: value[1:] for name, value in features.items()}
    for _ in range(2):  # a branch of a branch, and none of them is moved by the others
        apart = branch(other, np.array([0]))
        results = apart.logits(of_other, nothing[1:])
    assert np.array_equal(results, stepper.logits(features, nothing)[1:])
    stepper.select(np.array([0, 0]))
    assert np.array_equal(other.logits(of_other, nothing[1:]), results)
