"""`.keras` files: saved, and loaded by Keras itself."""

from pathlib import Path

import keras
import numpy as np
import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.models.build import build_model
from musicgen.models.sequence import SequenceModel
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    TransformerSettings,
    settings_to_json,
)
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.keras

LSTM = LstmSettings(width=16, layers=2)
TRANSFORMER = TransformerSettings(width=32, layers=2, heads=2)
ENCODINGS: dict[str, Encoding] = {
    "notes": NotesEncoding.for_scores(tiny_pieces()),
    "events": EventsEncoding(velocity=True, program=True),
    "frames": FramesEncoding(),
}


def random_inputs(encoding: Encoding, steps: int = 24) -> dict[str, np.ndarray]:
    """Two windows of random fields, and features of small whole numbers."""
    rng = np.random.default_rng(5)
    sizes = [field.size for field in encoding.fields]
    fields = {name: rng.integers(0, sizes, (2, steps, len(sizes))) for name in ("before", "drawn")}
    features = {
        name: rng.integers(0, 4, (2, steps, width)).astype(np.float32)
        for name, width in encoding.feature_widths.items()
    }
    return {**{name: values.astype(np.int32) for name, values in fields.items()}, **features}


def randomize_weights(model: SequenceModel, seed: int) -> None:
    """Assign random weights, also to biases, which start as zeros in every model."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("settings", [LSTM, TRANSFORMER], ids=lambda s: s.kind)
def test_a_keras_file_restores_the_model(tmp_path: Path, settings, name: str) -> None:
    encoding = ENCODINGS[name]
    model = build_model(settings, encoding)
    randomize_weights(model, seed=3)
    model.save(tmp_path / "model.keras")
    keras.utils.set_random_seed(99)  # other first weights than the saved ones
    opened = keras.saving.load_model(tmp_path / "model.keras")
    assert (opened.settings, opened.encoding) == (settings, encoding)
    inputs = random_inputs(encoding)
    expected, logits_opened = model(inputs), opened(inputs)
    assert set(logits_opened) == {field.name for field in encoding.fields}
    for field, logits in expected.items():
        assert np.abs(logits - logits_opened[field]).max() < 1e-6
    randomize_weights(opened, seed=4)
    other = opened(inputs)
    assert all(np.abs(logits - other[field]).max() > 1e-3 for field, logits in expected.items())


def test_a_config_of_another_model_is_refused() -> None:
    encoding = ENCODINGS["notes"]
    config = {"model": settings_to_json(ClassicSettings()), "encoding": encoding.to_json()}
    with pytest.raises(ValueError, match="classic"):
        SequenceModel.from_config(config)
