"""The benchmark against Keras compares the same work: both sides draw the same notes."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.against_keras import keras_loop, our_loop, uniforms
from musicgen.encoding.events import EventsEncoding
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter
from musicgen.models.settings import LstmSettings

# Numbers are rounded otherwise on both sides: sooner or later one falls on the other side of an
# edge, and from there on the pieces differ.
ALIKE = 50  # steps


@pytest.mark.slow
def test_both_sides_draw_the_same_notes(tmp_path: Path) -> None:
    encoding = EventsEncoding()
    model = build_model(LstmSettings(width=16, layers=2), encoding, seed=3)
    CheckpointWriter(model, encoding).write(tmp_path / "c", {})
    checkpoint = open_checkpoint(tmp_path / "c")
    numbers = uniforms(encoding, 2, 100)
    ours, keras = (side(checkpoint, 2)(numbers) for side in (our_loop, keras_loop))
    assert ours.shape == keras.shape == (100, 2, 3)
    assert np.array_equal(ours[:ALIKE], keras[:ALIKE])
    assert len(np.unique(ours[:ALIKE, :, 1])) > 10
