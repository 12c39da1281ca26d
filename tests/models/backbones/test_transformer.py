"""Attention of the transformer: a step, the steps before it, and none beyond the context."""

import numpy as np
import pytest

from musicgen.errors import InvalidSetting
from musicgen.models.backbones.transformer import TransformerBackbone
from musicgen.models.settings import (
    LstmSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)

pytestmark = pytest.mark.keras

SETTINGS = TransformerSettings(width=16, layers=1, heads=2, context=5)
LENGTH, WIDTH = 12, 7


@pytest.fixture(scope="module")
def backbone() -> TransformerBackbone:
    layer = TransformerBackbone(SETTINGS)
    layer.build((None, None, WIDTH))
    return layer


def _outputs(backbone: TransformerBackbone, vectors: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    return backbone(vectors[None].astype(np.float32), elapsed[None].astype(np.float32)).numpy()[0]


def _steps_changed_by(backbone: TransformerBackbone, step: int) -> list[int]:
    """Steps whose outputs change with the input at one step."""
    rng = np.random.default_rng(0)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), np.ones(LENGTH)
    before = _outputs(backbone, vectors, elapsed)
    vectors[step] += 1
    after = _outputs(backbone, vectors, elapsed)
    return np.flatnonzero(np.abs(after - before).max(axis=1) > 1e-6).tolist()


def test_a_step_is_attended_to_within_the_context(backbone: TransformerBackbone) -> None:
    assert _steps_changed_by(backbone, 4) == [4, 5, 6, 7, 8]
    assert _steps_changed_by(backbone, 11) == [11]


def test_positions_are_relative_in_musical_time(backbone: TransformerBackbone) -> None:
    """A later start changes no output, other distances between steps do."""
    rng = np.random.default_rng(1)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), rng.integers(0, 24, LENGTH)
    first, later, stretched = elapsed.copy(), elapsed.copy(), elapsed.copy()
    first[0], later[0], stretched[6] = 0, 100, elapsed[6] + 12
    answers = [_outputs(backbone, vectors, times) for times in (first, later, stretched)]
    assert np.abs(answers[1] - answers[0]).max() < 1e-4
    assert np.abs(answers[2] - answers[1])[6:].max() > 1e-3


def test_cache_grows_to_the_context(backbone: TransformerBackbone) -> None:
    shapes = backbone.state
    assert shapes == {"position": (2,), "keys_0": (2, 0, 8), "values_0": (2, 0, 8)}
    state = [np.zeros((3, *shape), np.float32) for shape in shapes.values()]
    lengths = []
    for _ in range(8):
        vector, elapsed = np.ones((3, WIDTH), np.float32), np.full(3, 6, np.float32)
        answer, state = backbone.step(vector, elapsed, state)
        assert answer.shape == (3, 16)
        lengths.append(state[1].shape[2])
    assert lengths == [1, 2, 3, 4, 5, 5, 5, 5]
    assert state[0].numpy().tolist() == [[8, 48]] * 3


def test_settings_are_checked_and_restored() -> None:
    assert settings_from_json(settings_to_json(SETTINGS)) == SETTINGS
    assert settings_from_json({"kind": "lstm", "width": 16}) == LstmSettings(16)
    with pytest.raises(InvalidSetting, match="not a multiple of 4 times the 3 heads"):
        TransformerSettings(width=32, heads=3)
    with pytest.raises(InvalidSetting, match="no setting heads"):
        settings_from_json({"kind": "lstm", "heads": 2})
