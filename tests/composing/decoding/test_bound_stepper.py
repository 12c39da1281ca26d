"""BoundStepper and OnnxStepper give the same logits."""

from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.bound_stepper import BoundStepper, can_be_bound
from musicgen.composing.decoding.onnx_model import OnnxModel, OnnxStepper
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.model_interface import Stepper, branch
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.paths import PRETRAINED
from tests.helpers.tiny_graphs import tiny_checkpoint
from tests.helpers.tiny_music import NO_STEPS

STEPS = 20
KEPT = np.array([0, 2])
ENCODING = EventsEncoding()


@pytest.fixture(params=["tiny", "chorales"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> OnnxModel:
    if request.param == "tiny":
        return OnnxModel(tiny_checkpoint(tmp_path, ENCODING, 0))
    return OnnxModel(open_checkpoint(PRETRAINED / "chorales/checkpoints/best"))


def _logits(stepper: Stepper) -> list[np.ndarray]:
    """Logits of every field over some steps of three pieces, of which the second is dropped."""
    rng, tracker = (
        np.random.default_rng(0),
        ENCODING.tracker(3, NO_STEPS, 0),
    )
    results, rows = [], np.arange(3)
    for step in range(STEPS):
        fields = np.column_stack([rng.integers(0, high, 3) for high in (12, 88, 24)])
        fields = fields.astype(np.int32)
        features = {name: value[rows] for name, value in tracker.features().items()}
        for i in range(fields.shape[1]):
            results.append(stepper.logits(features, fields[rows, :i]))
            if step == STEPS // 2 and i == 1:
                stepper.select(KEPT)
                rows = KEPT
        stepper.push(fields[rows])
        tracker.push(fields)
    return results


def test_bound_and_passed_arrays_give_the_same_logits(engine: OnnxModel) -> None:
    assert can_be_bound(engine.sessions)
    bound = engine.start(3)
    assert isinstance(bound, BoundStepper)
    start = {name: np.zeros((3, *shape), np.float32) for name, shape in engine.state.items()}
    start["before"] = np.tile(np.array([f.size for f in ENCODING.fields], np.int32), (3, 1))
    pairs = zip(_logits(bound), _logits(OnnxStepper(engine, start)), strict=True)
    for one, other in pairs:
        assert len(one) in (2, 3)
        assert np.array_equal(one, other)


def test_a_branch_continues_its_piece_and_does_not_change_it(engine: OnnxModel) -> None:
    rng, tracker = (
        np.random.default_rng(1),
        ENCODING.tracker(2, NO_STEPS, 0),
    )
    stepper = engine.start(2)
    nothing = np.zeros((2, 0), np.int32)
    for _ in range(5):
        stepper.logits(tracker.features(), nothing)
        fields = np.column_stack([rng.integers(0, high, 2) for high in (12, 88, 24)])
        fields = fields.astype(np.int32)
        stepper.push(fields)
        tracker.push(fields)
    features = tracker.features()
    other = branch(stepper, np.array([1]))
    of_other = {name: value[1:] for name, value in features.items()}
    for _ in range(2):  # a branch of a branch, and none of them is moved by the others
        apart = branch(other, np.array([0]))
        results = apart.logits(of_other, nothing[1:])
    assert np.array_equal(results, stepper.logits(features, nothing)[1:])
