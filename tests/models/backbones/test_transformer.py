"""What a transformer's step can see: itself, the steps before, none beyond its context."""

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
def memory() -> TransformerBackbone:
    made = TransformerBackbone(SETTINGS)
    made.build((None, None, WIDTH))
    return made


def _answers(memory: TransformerBackbone, vectors: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    return memory(vectors[None].astype(np.float32), elapsed[None].astype(np.float32)).numpy()[0]


def _changed_by(memory: TransformerBackbone, step: int) -> list[int]:
    """Which steps' answers another input at one step changes."""
    rng = np.random.default_rng(0)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), np.ones(LENGTH)
    before = _answers(memory, vectors, elapsed)
    vectors[step] += 1
    after = _answers(memory, vectors, elapsed)
    return np.flatnonzero(np.abs(after - before).max(axis=1) > 1e-6).tolist()


def test_a_step_changes_itself_and_the_next_few(memory: TransformerBackbone) -> None:
    assert _changed_by(memory, 4) == [4, 5, 6, 7, 8]
    assert _changed_by(memory, 11) == [11]


def test_musical_time_counts_from_step_to_step(memory: TransformerBackbone) -> None:
    """A later beginning changes nothing, other distances do."""
    rng = np.random.default_rng(1)
    vectors, elapsed = rng.normal(size=(LENGTH, WIDTH)), rng.integers(0, 24, LENGTH)
    first, later, stretched = elapsed.copy(), elapsed.copy(), elapsed.copy()
    first[0], later[0], stretched[6] = 0, 100, elapsed[6] + 12
    answers = [_answers(memory, vectors, each) for each in (first, later, stretched)]
    assert np.abs(answers[1] - answers[0]).max() < 1e-4
    assert np.abs(answers[2] - answers[1])[6:].max() > 1e-3


def test_state_grows_to_the_context(memory: TransformerBackbone) -> None:
    shapes = memory.state
    assert shapes == {"position": (2,), "keys_0": (2, 0, 8), "values_0": (2, 0, 8)}
    state = [np.zeros((3, *shape), np.float32) for shape in shapes.values()]
    lengths = []
    for _ in range(8):
        vector, elapsed = np.ones((3, WIDTH), np.float32), np.full(3, 6, np.float32)
        answer, state = memory.step(vector, elapsed, state)
        assert answer.shape == (3, 16)
        lengths.append(state[1].shape[2])
    assert lengths == [1, 2, 3, 4, 5, 5, 5, 5]
    assert state[0].numpy().tolist() == [[8, 48]] * 3


def test_settings_are_checked_and_kept() -> None:
    assert settings_from_json(settings_to_json(SETTINGS)) == SETTINGS
    assert settings_from_json({"kind": "lstm", "width": 16}) == LstmSettings(16)
    with pytest.raises(InvalidSetting, match="not a multiple of 4 times the 3 heads"):
        TransformerSettings(width=32, heads=3)
    with pytest.raises(InvalidSetting, match="no setting heads"):
        settings_from_json({"kind": "lstm", "heads": 2})
