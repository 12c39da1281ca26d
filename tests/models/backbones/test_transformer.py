"""Attention of the transformer: a step itself, earlier steps, and none beyond the context."""

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

SETTINGS = TransformerSettings(width=16, layers=1, heads=2, context=5)
LENGTH, WIDTH = 12, 7


@pytest.fixture(scope="module")
def backbone() -> TransformerBackbone:
    backbone = TransformerBackbone(SETTINGS)
    backbone.build((None, None, WIDTH))
    return backbone


def _hidden(backbone: TransformerBackbone, vectors: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    return backbone(vectors[None].astype(np.float32), elapsed[None].astype(np.float32)).numpy()[0]


def _positions_changed_by(backbone: TransformerBackbone, step: int) -> list[int]:
    """Positions whose hidden states depend on the input at one step."""
    rng = np.random.default_rng(0)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), np.ones(LENGTH)
    before = _hidden(backbone, vectors, elapsed)
    vectors[step] += 1
    after = _hidden(backbone, vectors, elapsed)
    return np.flatnonzero(np.abs(after - before).max(axis=1) > 1e-6).tolist()


def test_a_step_reaches_itself_and_the_steps_within_the_context(
    backbone: TransformerBackbone,
) -> None:
    assert _positions_changed_by(backbone, 4) == [4, 5, 6, 7, 8]
    assert _positions_changed_by(backbone, 11) == [11]


def test_only_distances_of_musical_time_matter(backbone: TransformerBackbone) -> None:
    """A later start changes nothing, another distance does."""
    rng = np.random.default_rng(1)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), rng.integers(0, 24, LENGTH)
    first, later, slower = elapsed.copy(), elapsed.copy(), elapsed.copy()
    first[0], later[0], slower[6] = 0, 100, elapsed[6] + 12
    hidden = [_hidden(backbone, vectors, times) for times in (first, later, slower)]
    assert np.abs(hidden[1] - hidden[0]).max() < 1e-4
    assert np.abs(hidden[2] - hidden[1])[6:].max() > 1e-3


def test_state_grows_to_the_context(backbone: TransformerBackbone) -> None:
    shapes = backbone.state
    assert shapes == {"position": (2,), "keys_0": (2, 0, 8), "values_0": (2, 0, 8)}
    state = [np.zeros((3, *shape), np.float32) for shape in shapes.values()]
    lengths = []
    for _ in range(8):
        vector, elapsed = np.ones((3, WIDTH), np.float32), np.full(3, 6, np.float32)
        hidden, state = backbone.step(vector, elapsed, state)
        assert hidden.shape == (3, 16)
        lengths.append(state[1].shape[2])
    assert lengths == [1, 2, 3, 4, 5, 5, 5, 5]
    assert state[0].numpy().tolist() == [[8, 48]] * 3


def test_settings_are_checked_and_read_from_json() -> None:
    assert settings_from_json(settings_to_json(SETTINGS)) == SETTINGS
    assert settings_from_json({"kind": "lstm", "width": 16}) == LstmSettings(16)
    with pytest.raises(InvalidSetting, match="not a multiple of 4 times the 3 heads"):
        TransformerSettings(width=32, heads=3)
    with pytest.raises(InvalidSetting, match="no setting heads"):
        settings_from_json({"kind": "lstm", "heads": 2})
