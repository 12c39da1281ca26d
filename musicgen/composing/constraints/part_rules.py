"""Musical rules for `parts`: pure functions of the step's context and the logits of one field."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from musicgen.composing.bars import GridPositions
from musicgen.composing.constraints.allowed_pitches import allowed_pitches
from musicgen.composing.constraints.drum_onsets import KnownDrumOnsets
from musicgen.composing.decoding.constraint import Rule, Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN, NEVER
from musicgen.composing.settings import MAX_SILENCE_QUARTERS, RHYTHM_GRIDS, ComposeSettings
from musicgen.encoding.grid import KEYS, LOWEST_KEY, Grid
from musicgen.encoding.parts.features import DRUMS
from musicgen.encoding.parts.steps_of_parts import NO_ROOT, PartsSteps
from musicgen.encoding.parts.values import AFTER, REST, last_value
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from musicgen.theory.harmony.beats import beat_length
from musicgen.theory.keys import MODES
from musicgen.theory.scales import relative_key_log_ratio, transpose_key

# Share of `relative_key_log_ratio` that is added to the logits of pitches in major. Of 64 chorales
# that were asked for in G and in E flat major 43 were in it without a bias and 59 at 0.2; of 64 in
# D and A minor 51 without and 39 with it: there it keeps them on the dominant.
GIVEN_KEY_BIAS_SHARE = 0.2
CHORD_BIAS = 2.0  # nats at strength 1


def build_part_rules(
    settings: ComposeSettings,
    opening: PartsSteps,
    last_bar: tuple[int, int] | None = None,
) -> Rules:
    """Build the rules of the fields of `parts`; last_bar: ticks, its start and end.

    A key in major or minor conditions the model and is preferred to its relative key, and notes of
    other keys stay possible. InvalidSetting where the settings ask for what the model cannot do.
    """
    keys, metres, grid = _allowed_keys(settings), opening.metres, opening.grid
    pitch: tuple[Rule, ...] = (chords_rise,)
    if opening.key < 12:
        pitch = (chords_rise, prefer_key(opening.key))
    if opening.chords is not None and len(opening.chords.onset) and settings.chord_strength:
        pitch = (*pitch, prefer_chord_tones(settings.chord_strength, opening))
    duration: tuple[Rule, ...] = ()
    following: tuple[Rule, ...] = (room_for_a_chord(keys),)
    if not keys.all():
        pitch = (*pitch, allow_keys(keys))
    if RHYTHM_GRIDS[settings.grid] > 1:
        if not grid.has_bars:
            raise InvalidSetting("a model of performances plays in seconds: it takes no grid")
        duration = (ends_on_grid(metres, RHYTHM_GRIDS[settings.grid], grid),)
        following = (forbid_between_ends(grid),)
    if any(role.drum_onsets for role in opening.roles):
        onsets = KnownDrumOnsets(opening)
        pitch, following = (*pitch, onsets.keep_sounds), (*following, onsets.keep_steps)
    if settings.density:
        duration = (*duration, bias_durations(settings.density, grid))
    silence = settings.silence or MAX_SILENCE_QUARTERS
    if silence < MAX_SILENCE_QUARTERS:
        limit = SilenceLimit(round(silence * grid.per_quarter), opening)
        pitch, duration = (*pitch, limit.allow_rests), (*duration, limit.limit_rests)
    if last_bar is not None:
        following = (*following, no_end_before(-(-last_bar[0] // grid.ticks), grid))
    return {"pitch": pitch, "duration": duration, "next": following}


def prefer_key(key: int) -> Rule:
    """Bias towards the pitch classes that a major key has more often than its relative key."""
    name = transpose_key("C major", key)
    nats = GIVEN_KEY_BIAS_SHARE * relative_key_log_ratio(name)
    bias = np.append(nats[(np.arange(KEYS) + LOWEST_KEY) % 12], 0.0)  # none for a rest

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return logits + np.where(_is_drum(context), 0.0, bias).astype(logits.dtype)

    return rule


def prefer_chord_tones(strength: float, opening: PartsSteps) -> Rule:
    """Bias against tones that are not of the chord asked for, on beats."""
    positions = GridPositions(opening.metres)
    grid = opening.grid
    beat = beat_length(opening.metres[-1], grid.resolution) // grid.ticks
    classes = (np.arange(KEYS) + LOWEST_KEY) % 12
    root = 0  # column of the feature, before its pitch classes

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        chords = context.features["chords"]  # (K, 27)
        on_beat = positions[context.now] % beat == 0
        has_chord = (chords[:, root] != NO_ROOT) & on_beat & ~_is_drum(context)[:, 0]
        outside = np.pad(chords[:, root + 1 :][:, classes] == 0, ((0, 0), (0, 1)))  # not a rest
        bias = strength * CHORD_BIAS * (outside & has_chord[:, None])
        return logits - bias.astype(logits.dtype)

    return rule


def allow_keys(keys: np.ndarray) -> Rule:
    """Forbid keys outside of an array (KEYS,) bool, but for drums; a rest stays possible."""
    allowed = np.append(keys, True)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return np.where(allowed | _is_drum(context), logits, FORBIDDEN)

    return rule


def chords_rise(context: StepContext, logits: np.ndarray) -> np.ndarray:
    """Forbid keys that are not above the part's note before, and a rest, within a chord."""
    in_chord = context.features["part"][:, 5] > 0
    if not in_chord.any():
        return logits
    values = np.arange(KEYS + 1)
    impossible = (values <= context.features["own"][:, 0:1]) | (values == REST)
    return np.where(in_chord[:, None] & impossible, FORBIDDEN, logits)


def rest_where_nothing_fits(logits: np.ndarray) -> np.ndarray:
    """Let a part rest where each of its keys is forbidden: logits of `pitch` (K, V) -> (K, V)."""
    stuck = logits.max(axis=1) <= NEVER
    if stuck.any():
        logits = logits.copy()
        logits[stuck, REST] = 0.0
    return logits


def room_for_a_chord(keys: np.ndarray) -> Rule:
    """Forbid another note at once after a rest and after the highest of the keys (KEYS,) bool."""
    highest = int(np.flatnonzero(keys)[-1])

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        pitch = context.drawn[:, 0]
        full = (pitch == REST) | (pitch >= np.where(_is_drum(context)[:, 0], KEYS - 1, highest))
        return _forbid(logits, full, AFTER)

    return rule


def ends_on_grid(metres: tuple[Metre, ...], step: int, grid: Grid) -> Rule:
    """Forbid durations that end between multiples of `step` units in a bar, where some do not."""
    positions, lengths = GridPositions(metres), np.arange(1, grid.max_units + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        on_grid = positions[context.now[:, None] + lengths] % step == 0  # (K, V)
        return np.where(on_grid | ~on_grid.any(axis=1, keepdims=True), logits, FORBIDDEN)

    return rule


def forbid_between_ends(grid: Grid) -> Rule:
    """Forbid that a part goes on at another time than when its note ends, or at once."""
    allowed = np.ones(last_value(grid) + 1, bool)
    allowed[AFTER + 1 : last_value(grid)] = False

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return np.where(allowed, logits, FORBIDDEN)

    return rule


def bias_durations(density: float, grid: Grid) -> Rule:
    """Make short durations likelier: each unit of density halves the odds of a doubled one."""
    bias = density * np.log(np.arange(1, grid.max_units + 1))

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return logits - bias

    return rule


class SilenceLimit:
    """Rules against a silence of all parts that is longer than so many units.

    Rests add up: the silence before a rest counts. Drums sound but are not among the keys, so
    beside them each rest counts for itself.
    """

    def __init__(self, units: int, opening: PartsSteps) -> None:
        self._units = units
        has_drums = any(role.is_drum for role in opening.roles)
        # Silence counts from the last note's end: keys that were never struck have the largest age.
        self._earliest_end = 0 if has_drums else -opening.grid.max_age

    def allow_rests(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid that a part rests where it has to end the silence. For `pitch`."""
        return _forbid(logits, self._longest_rest(context) < 1, REST)

    def limit_rests(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid rests that are too long. For `duration`."""
        lengths, is_rest = np.arange(1, logits.shape[1] + 1), context.drawn[:, 0:1] == REST
        too_long = is_rest & (lengths > self._longest_rest(context)[:, None])
        return np.where(too_long, FORBIDDEN, logits)

    def _longest_rest(self, context: StepContext) -> np.ndarray:
        """Units: (K,)."""
        sounds = context.features["remaining"].max(axis=1)  # below 0: units since the last end
        longest: np.ndarray = np.where(sounds > self._earliest_end, sounds, 0) + self._units
        return longest


def no_end_before(last_bar: int, grid: Grid) -> Rule:
    """Forbid that a part ends with a note that does not sound into the last bar (grid units)."""
    last = last_value(grid)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return _forbid(logits, context.now + context.drawn[:, 1] + 1 <= last_bar, last)

    return rule


def _forbid(logits: np.ndarray, rows: np.ndarray, value: int) -> np.ndarray:
    """Logits (K, V) in which one value is forbidden for some rows (K,) bool."""
    if not rows.any():
        return logits
    logits = logits.copy()
    logits[rows, value] = FORBIDDEN
    return logits


def _allowed_keys(settings: ComposeSettings) -> np.ndarray:
    """Keys of the piano within the range and a scale that is no key: (KEYS,) bool."""
    if settings.key is not None and settings.key.strip().lower().endswith(MODES):
        settings = replace(settings, key=None)
    return allowed_pitches(settings)[LOWEST_KEY : LOWEST_KEY + KEYS]


def _is_drum(context: StepContext) -> np.ndarray:
    """Whether each row's part is one of drums: (K, 1) bool."""
    return context.features["part"][:, 2:3] == DRUMS
