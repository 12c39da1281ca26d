"""Musical rules: pure functions of the step's context and the logits of one field.

Each takes a `StepContext` and logits (K, V) and returns logits in which forbidden values are
`FORBIDDEN`. `room_for_a_note` sees to it that the fields after the onset shift always have a value
left to draw.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from musicgen.composing.bars import GridPositions
from musicgen.composing.decoding.constraint import Rule, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN, NEVER
from musicgen.encoding.grid import BEATS, KEYS, LOWEST_KEY, MAX_GRID_UNITS, Grid
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre


def allow_only(allowed: np.ndarray) -> Rule:
    """Forbid all values but the allowed ones: (V,) bool."""

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return np.where(allowed, logits, FORBIDDEN)

    return rule


def allow_tokens(voicings: Iterable[tuple[int, ...]], pitches: np.ndarray) -> tuple[Rule, ...]:
    """Forbid tokens that hold a pitch outside of `pitches` (128,) bool; no rule if none does.

    voicings: the MIDI pitches of the tokens. InvalidSetting where no token is left.
    """
    allowed = np.array([pitches[list(voicing)].all() for voicing in voicings])
    if not allowed.any():
        raise InvalidSetting("no note or chord of this model fits: widen the range or the key")
    return () if allowed.all() else (allow_only(allowed),)


def room_for_a_note(keys: np.ndarray, grid: Grid = BEATS) -> Rule:
    """Forbid onset shifts after which no allowed key (KEYS,) bool is free.

    A key is free where it does not sound and, in the same chord (shift 0), lies above the note
    before.
    """
    indices, all_allowed = np.flatnonzero(keys), bool(keys.all())
    shifts = np.arange(grid.max_units + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        remaining = context.features["remaining"]  # (K, KEYS) grid steps until the keys end
        remaining = remaining if all_allowed else remaining[:, keys]
        last = context.before[:, 1:2]
        above = (remaining[:, -1:] <= 0) & ((last < indices[-1]) | (last == KEYS))
        if above.all():  # the highest key is free, as in nearly every step
            return logits
        free = remaining <= 0  # (K, allowed)
        floor = np.where(last < KEYS, last, -1)  # -1 before the first note
        full = ~(free & (indices > floor)).any(axis=1)  # no free key above the last note
        if full.any():
            wait = np.where(free.any(axis=1), full, remaining.min(axis=1))
            logits = np.where(shifts < wait[:, None], FORBIDDEN, logits)
        return logits

    return rule


def onset_in_last_bar(last_bar: int, end: int, grid: Grid = BEATS) -> Rule:
    """Forbid onset shifts from before the last bar to beyond it (last_bar, end: grid steps).

    So a piece has the number of bars in its settings, with an onset in the last one, as all but 4
    of the 1,530 pieces of the bundled collections have.
    """
    shifts = np.arange(grid.max_units + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        if context.now.max() + grid.max_units < end:
            return logits
        before = context.now[:, None] < last_bar
        restricted = np.where(before & (context.now[:, None] + shifts >= end), FORBIDDEN, logits)
        return np.where(restricted.max(axis=1, keepdims=True) > FORBIDDEN, restricted, logits)

    return rule


def restrict_first_chord(classes: frozenset[int], grid: Grid = BEATS) -> Rule:
    """Forbid other pitch classes in the first chord, where one of these is left to draw."""
    allowed = np.isin((np.arange(KEYS) + LOWEST_KEY) % 12, list(classes))

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        age = context.features["age"]  # (K, KEYS) grid steps since the keys were struck
        struck = age < grid.max_age
        later = (struck & (age > 0)).any(axis=1) | (struck.any(axis=1) & (context.drawn[:, 0] > 0))
        restricted = np.where(allowed, logits, FORBIDDEN)
        impossible = restricted.max(axis=1) <= NEVER
        return np.where((later | impossible)[:, None], logits, restricted)

    return rule


# Share of `relative_key_log_ratio` that is added to the logits of pitches. At 0.4, chorales that
# are composed in D minor are in it, and not in F major (docs/sampling.md); from 0.5 on, tunes
# drift to the dominant.
KEY_BIAS_SHARE = 0.4


def bias_pitch_classes(nats: np.ndarray) -> Rule:
    """Add nats (12,) to the logits of the pitch classes."""
    bias = nats[(np.arange(KEYS) + LOWEST_KEY) % 12]

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return logits + bias

    return rule


def no_onset_before(start: int, grid: Grid = BEATS) -> Rule:
    """Forbid onsets before a grid step, where a shift reaches it."""
    shifts = np.arange(grid.max_units + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        early = context.now[:, None] + shifts < start
        return np.where(early & ~early.all(axis=1, keepdims=True), FORBIDDEN, logits)

    return rule


def limit_silence(silence: int, grid: Grid = BEATS) -> Rule:
    """Forbid onset shifts after more grid steps of silence than this, where others are left."""
    shifts = np.arange(grid.max_units + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        last_end = context.features["remaining"].max(axis=1, keepdims=True)  # (K, 1) grid steps
        begun = context.before[:, 1:2] < KEYS
        restricted = np.where(begun & (shifts > last_end + silence), FORBIDDEN, logits)
        return np.where(restricted.max(axis=1, keepdims=True) > NEVER, restricted, logits)

    return rule


def bias_density(density: float, grid: Grid = BEATS) -> Rule:
    """Make short onset shifts likelier: each unit of density halves the odds of a doubled shift.

    The probability of one more note in the same chord (shift 0) does not change.
    """
    bias = density * np.log(np.arange(1, grid.max_units + 1))

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        later = logits[:, 1:] - bias
        change = _log_mass(logits[:, 1:]) - _log_mass(later)
        return np.concatenate([logits[:, :1], later + change], axis=1)

    return rule


def restrict_to_grid(metres: tuple[Metre, ...], step: int) -> tuple[Rule, Rule]:
    """Rules of onset shifts and of durations: both end at multiples of `step` grid steps in a bar.

    Where no value within reach does, all are allowed.
    """
    positions = GridPositions(metres)
    shifts, lengths = np.arange(MAX_GRID_UNITS + 1), np.arange(1, MAX_GRID_UNITS + 1)

    def restrict(ends: np.ndarray, logits: np.ndarray) -> np.ndarray:
        on_grid = positions[ends] % step == 0  # (K, V)
        return np.where(on_grid | ~on_grid.any(axis=1, keepdims=True), logits, FORBIDDEN)

    def onsets(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return restrict(context.now[:, None] + shifts, logits)

    def ends(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return restrict((context.now + context.drawn[:, 0])[:, None] + lengths, logits)

    return onsets, ends


def _log_mass(logits: np.ndarray) -> np.ndarray:
    """log sum exp over the last axis: (K, V) -> (K, 1)."""
    best = logits.max(axis=1, keepdims=True)
    return best + np.log(np.exp(logits - best).sum(axis=1, keepdims=True))
