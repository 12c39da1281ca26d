"""Drums keep to the onsets in the bar that those of the collection have."""

import numpy as np

from musicgen.composing.constraints.drum_onsets import KnownDrumOnsets
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.sampling import NEVER
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.measuring import measure_styles
from musicgen.composing.style.sampling import choose_ensemble
from musicgen.composing.style.saving import load_styles, save_styles
from musicgen.encoding.grid import LOWEST_KEY
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import DrumOnsets
from musicgen.encoding.parts.values import AFTER, AT_END, REST, last_value
from tests.helpers.tiny_music import NO_STEPS, band_pieces

PARTS = PartsEncoding()  # 12 units a quarter
KICK, SNARE, HAT = 36, 38, 42
OF_BAND = (DrumOnsets(KICK, (0,)), DrumOnsets(SNARE, (24,)), DrumOnsets(HAT, (12, 36)))
STYLES = measure_styles(band_pieces(), PARTS)


ONSETS = KnownDrumOnsets(
    PARTS.beginning(choose_ensemble(ComposeSettings(metre="4/4"), STYLES), NO_STEPS)
)


def context_at(now: int, duration: int, part: int) -> StepContext:
    """A step of a part, at a time and with a duration in units."""
    drawn = np.array([[0, duration - 1]])
    features = {"part": np.array([[part, 4, 0, 60, 0, 0]])}
    return StepContext(features, np.array([now]), drawn, drawn)


def possible(now: int, duration: int, part: int) -> list[int]:
    """Values of `next` that are left."""
    logits = np.zeros((1, last_value(PARTS.grid) + 1))
    left = ONSETS.keep_steps(context_at(now, duration, part), logits)
    return np.flatnonzero(left[0] > NEVER).tolist()


def sounds(now: int, part: int) -> list[int]:
    """Keys that are left, of a piano; REST is the last."""
    left = ONSETS.keep_sounds(context_at(now, 1, part), np.zeros((1, REST + 1)))
    return np.flatnonzero(left[0] > NEVER).tolist()


def test_the_onsets_of_a_collection_are_measured_and_stored(tmp_path) -> None:
    [style] = STYLES
    assert style.drum_onsets == OF_BAND
    save_styles(STYLES, tmp_path)
    assert load_styles(tmp_path) == STYLES
    [without] = measure_styles(band_pieces(drums=False), PARTS)
    assert without.drum_onsets == ()


def test_a_hit_beside_the_beat_is_followed_by_one_on_it() -> None:
    after_two, last = possible(now=50, duration=3, part=3), last_value(PARTS.grid)
    assert after_two[:3] == [AFTER, AFTER + 10, AFTER + 22]  # at once, at 60, at 72
    assert after_two[-1] == last
    assert AT_END in possible(now=50, duration=10, part=3)
    assert all((50 + value - AFTER) % 12 == 0 for value in after_two[1:-1])


def test_other_parts_are_free() -> None:
    assert len(possible(now=50, duration=3, part=0)) == last_value(PARTS.grid) + 1
    assert len(sounds(now=50, part=0)) == REST + 1


def test_a_sound_keeps_to_its_own_onsets() -> None:
    assert sounds(now=48, part=3) == [KICK - LOWEST_KEY]
    assert sounds(now=60, part=3) == [HAT - LOWEST_KEY]
    assert len(sounds(now=50, part=3)) == REST + 1  # it has come there otherwise: nothing is known
