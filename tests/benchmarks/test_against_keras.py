"""The benchmark against Keras compares the same work: both sides sample the same notes."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.against_keras import keras_loop, our_loop, random_numbers
from musicgen.encoding.events import EventsEncoding
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter
from musicgen.models.settings import LstmSettings

pytestmark = pytest.mark.keras

# Both sides round differently, so that sooner or later one samples another value.
EQUAL_STEPS = 50


@pytest.mark.slow
def test_both_sides_sample_the_same_notes(tmp_path: Path) -> None:
    encoding = EventsEncoding()
    model = build_model(LstmSettings(width=16, layers=2), encoding, seed=3)
    CheckpointWriter(model, encoding).write(tmp_path / "c", {})
    checkpoint = open_checkpoint(tmp_path / "c")
    random = random_numbers(encoding, 2, EQUAL_STEPS)
    ours, keras = (side(checkpoint, 2)(random) for side in (our_loop, keras_loop))
    assert ours.shape == keras.shape == (EQUAL_STEPS, 2, 3)
    assert np.array_equal(ours, keras)
    assert len(np.unique(ours[..., 1])) > 10
