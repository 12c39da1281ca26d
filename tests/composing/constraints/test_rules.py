"""Rules: which values they leave, for pieces of a few notes."""

import numpy as np
import pytest

from musicgen.composing.constraints import rules
from musicgen.composing.constraints.assembly import allowed_pitches
from musicgen.composing.constraints.rules import (
    StepContext,
    bias_density,
    bias_pitch_classes,
    limit_silence,
    restrict_first_chord,
    restrict_to_grid,
    room_for_a_note,
)
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.encoding.grid import BEATS, KEYS, LOWEST_KEY, MAX_GRID_UNITS
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from tests.helpers.compose_settings import plain_settings

C4 = 60 - LOWEST_KEY
SHIFTS = np.zeros((1, MAX_GRID_UNITS + 1), np.float32)


def context(
    remaining_steps: dict[int, int], last: int, now: int = 0, shift: int | None = None
) -> StepContext:
    """One piece: sounding keys with their remaining grid steps, and the key struck last."""
    remaining = np.full((1, KEYS), -5)
    for key, left in remaining_steps.items():
        remaining[0, key] = left
    drawn = np.zeros((1, 0), int) if shift is None else np.array([[shift]])
    return StepContext({"remaining": remaining}, np.array([now]), np.array([[0, last, 0]]), drawn)


def allowed(logits: np.ndarray) -> list[int]:
    return np.flatnonzero(logits[0] > -1e8).tolist()


def only_keys(*keys: int) -> np.ndarray:
    return np.isin(np.arange(KEYS), keys)


def test_a_chord_may_continue_while_a_key_above_is_free():
    everything = list(range(MAX_GRID_UNITS + 1))
    rule = room_for_a_note(only_keys(C4, C4 + 4))
    assert allowed(rule(context({}, C4), SHIFTS)) == everything
    assert allowed(rule(context({}, C4 + 4), SHIFTS)) == everything[1:]
    assert allowed(rule(context({C4 + 4: 3}, C4), SHIFTS)) == everything[1:]


def test_while_all_allowed_keys_sound_no_note_begins():
    rule = room_for_a_note(only_keys(C4, C4 + 4))
    assert allowed(rule(context({C4: 9, C4 + 4: 7}, C4 + 4), SHIFTS))[0] == 7


def test_before_the_first_note_every_key_is_above():
    rule = room_for_a_note(only_keys(0))
    assert allowed(rule(context({}, KEYS), SHIFTS))[0] == 0


def test_the_highest_key_ends_a_chord_on_the_whole_keyboard():
    rule = room_for_a_note(np.ones(KEYS, bool))
    assert allowed(rule(context({}, KEYS - 1), SHIFTS))[0] == 1


def test_pitches_are_within_range_and_key():
    pitches = allowed_pitches(plain_settings(lowest=60, highest=72, key="D minor"))
    assert np.flatnonzero(pitches).tolist() == [60, 61, 62, 64, 65, 67, 69, 70, 72]


def test_a_range_without_a_note_of_the_key_is_refused():
    with pytest.raises(InvalidSetting, match="no note of C major lies from 61 to 61"):
        allowed_pitches(plain_settings(lowest=61, highest=61, key="C major"))


def test_onsets_and_ends_are_on_the_grid_of_their_bar():
    onsets, ends = restrict_to_grid((Metre(0, 3, 8),), 12)  # bars of 18 grid steps, quarters of 12
    assert allowed(onsets(context({}, C4, now=0), SHIFTS))[:4] == [0, 12, 18, 30]
    assert allowed(onsets(context({}, C4, now=5), SHIFTS))[:3] == [7, 13, 25]
    lengths = np.zeros((1, MAX_GRID_UNITS), np.float32)
    durations = [index + 1 for index in allowed(ends(context({}, C4, now=0, shift=12), lengths))]
    assert durations[:3] == [6, 18, 24]


def test_no_shift_skips_the_last_bar():
    rule = rules.onset_in_last_bar(48, 96)
    assert allowed(rule(context({}, C4, now=0), SHIFTS)) == list(range(96))
    everything = list(range(MAX_GRID_UNITS + 1))
    assert allowed(rule(context({}, C4, now=48), SHIFTS)) == everything  # an onset is there already
    far = np.full((1, MAX_GRID_UNITS + 1), rules.FORBIDDEN)
    far[0, 150] = 0
    assert allowed(rule(context({}, C4, now=0), far)) == [150]  # no other value is left


def test_no_onset_before_a_grid_step_unless_all_are():
    rule = rules.no_onset_before(20)
    assert allowed(rule(context({}, C4, now=12), SHIFTS))[0] == 8
    far = rules.no_onset_before(500)
    assert allowed(far(context({}, C4, now=12), SHIFTS)) == list(range(MAX_GRID_UNITS + 1))


def test_silence_is_limited():
    rule = limit_silence(12)
    assert allowed(rule(context({C4: 6, C4 + 4: 2}, C4), SHIFTS)) == list(range(19))
    before_first_note = context({}, KEYS)
    assert len(allowed(rule(before_first_note, SHIFTS))) == MAX_GRID_UNITS + 1
    late = np.where(np.arange(MAX_GRID_UNITS + 1) < 20, FORBIDDEN, 0.0)[None]
    assert allowed(rule(context({C4: 6}, C4), late))[0] == 20  # no other value is left


def test_density_halves_the_odds_of_a_doubled_shift_and_leaves_chords():
    logits = np.log(np.random.default_rng(0).dirichlet(np.ones(MAX_GRID_UNITS + 1)))[None]
    before = np.exp(logits[0])
    after = np.exp(bias_density(1.0)(context({}, C4), logits)[0])
    assert after.sum() == pytest.approx(1)
    assert after[0] == pytest.approx(before[0])
    assert after[12] / after[6] == pytest.approx(before[12] / before[6] / 2)


def test_tokens_are_allowed_where_all_their_pitches_are():
    voicings = ((60,), (60, 64), (61,))
    pitches = allowed_pitches(plain_settings(key="C major"))
    (rule,) = rules.allow_tokens(voicings, pitches)
    assert allowed(rule(context({}, 0), np.zeros((1, 3)))) == [0, 1]
    assert rules.allow_tokens(voicings, np.ones(128, bool)) == ()
    with pytest.raises(InvalidSetting, match="no note or chord of this model fits"):
        rules.allow_tokens(voicings, np.zeros(128, bool))


def struck_keys(ages: dict[int, int], shift: int) -> StepContext:
    """One piece: grid steps since keys were struck, and the drawn shift."""
    age = np.full((1, KEYS), BEATS.max_age)
    for key, steps in ages.items():
        age[0, key] = steps
    return StepContext({"age": age}, np.array([0]), np.array([[0, 0, 0]]), np.array([[shift]]))


def test_the_first_chord_is_of_the_triad():
    rule, logits = restrict_first_chord(frozenset({0, 4, 7})), np.zeros((1, KEYS), np.float32)
    triad = [key for key in range(KEYS) if (key + LOWEST_KEY) % 12 in (0, 4, 7)]
    assert allowed(rule(struck_keys({}, 5), logits)) == triad  # the first note, at any onset
    assert allowed(rule(struck_keys({C4: 0}, 0), logits)) == triad
    assert allowed(rule(struck_keys({C4: 0}, 1), logits)) == list(range(KEYS))
    assert allowed(rule(struck_keys({C4: 3, C4 + 1: 0}, 0), logits)) == list(range(KEYS))


def test_a_first_chord_without_an_allowed_key_is_free():
    logits = np.where(only_keys(C4 + 1), 0.0, -1e9)[None]
    assert allowed(restrict_first_chord(frozenset({0}))(struck_keys({}, 0), logits)) == [C4 + 1]


def test_a_pitch_class_is_biased_in_every_octave():
    nats = np.zeros(12)
    nats[0] = 2.0
    changed = bias_pitch_classes(nats)(struck_keys({}, 0), np.zeros((1, KEYS)))[0]
    assert np.flatnonzero(changed).tolist() == list(range(24 - LOWEST_KEY, KEYS, 12))
    assert changed[C4] == 2.0
