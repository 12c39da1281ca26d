"""What given steps and given chords say ahead of time, and which steps are given in training.

- `given`: of the nearest given parts below and above: what they play at this onset (REST where
  they are silent, NO_PITCH where they are not given), and the next two pitches with the grid units
  until them; with GIVEN_FIRST, also of the part itself, where this step is not given.
- `chords`: root and pitch classes of the chord at this onset and of the next one, and the grid
  units until it; NO_ROOT and zeros where nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.steps_of_parts import NO_ROOT, GivenChords, GivenSteps, PartsSteps
from musicgen.encoding.parts.values import AFTER, AT_END, NO_PITCH, REST, last_value
from musicgen.encoding.steps import NEVER, Steps

GIVEN_WIDTH = 5  # pitch now, next pitch, units until it, the one after, units until it
NOTHING = (NO_PITCH, NO_PITCH, 0, NO_PITCH, 0)
CHORD_WIDTH = 13  # root, then a number a pitch class
CHORDS_WIDTH = 2 * CHORD_WIDTH + 1
NO_CHORDS = (*(NO_ROOT, *[0] * 12) * 2, 0)
# Training: no step is given, those of one part, of all but one, of some, all outside of some bars.
NONE, ONE, ALL_BUT_ONE, SOME = 0.5, 0.68, 0.8, 0.9
MAX_COMPOSED = 8 * 4  # quarters that are composed between given ones
DRAWS = 5  # random numbers beside one a part


class GivenFeature:
    """The feature `given` of the steps of a piece."""

    def __init__(self, given: GivenSteps | None, grid: Grid, has_own: bool) -> None:
        given = given or GivenSteps.none(3)
        self._longest, self._has_own = grid.max_units, has_own
        self._is_given = given.lookup
        self._tables = [
            (part, *_table(given.of_parts([part]), grid))
            for part in sorted(set(given.part.tolist()))
        ]

    @property
    def width(self) -> int:
        return (2 + self._has_own) * GIVEN_WIDTH

    def __call__(self, part: np.ndarray, onset: np.ndarray) -> np.ndarray:
        """The feature of steps of these parts at these onsets: (T,), (T,) -> (T, width)."""
        values = np.tile(np.array(NOTHING * (2 + self._has_own), np.int16), (len(part), 1))
        has_above = np.zeros(len(part), bool)
        for number, onsets, pitches, sounds_until, given_until in self._tables:
            of_part = self._of_part(onsets, pitches, sounds_until, given_until, onset)
            below, above = part > number, (part < number) & ~has_above
            values[below, :GIVEN_WIDTH] = of_part[below]  # the last of those below is the nearest
            values[above, GIVEN_WIDTH : 2 * GIVEN_WIDTH] = of_part[above]  # the first above is
            has_above |= above
            if self._has_own:
                own = (part == number) & ~self._is_given(part, onset)
                values[own, 2 * GIVEN_WIDTH :] = of_part[own]
        return values

    def _of_part(
        self,
        onsets: np.ndarray,
        pitches: np.ndarray,
        sounds_until: np.ndarray,
        given_until: np.ndarray,
        now: np.ndarray,
    ) -> np.ndarray:
        """What one part plays, of M given steps, at the times (T,) -> (T, 5)."""
        at = np.searchsorted(onsets, now, "right") - 1
        silent = np.where((at >= 0) & (given_until[at] > now), REST, NO_PITCH)
        columns = [np.where((at >= 0) & (sounds_until[at] > now), pitches[at], silent)]
        for step in (1, 2):
            later = np.minimum(at + step, len(onsets) - 1)
            exists = at + step < len(onsets)
            wait = (onsets[later] - now).clip(0, self._longest)
            columns += [np.where(exists, pitches[later], NO_PITCH), np.where(exists, wait, 0)]
        return np.stack(columns, axis=1)


def _table(given: GivenSteps, grid: Grid) -> tuple[np.ndarray, ...]:
    """Onsets and pitches of given steps, and until when they sound and are known: (M,) each."""
    fields = given.fields.astype(np.int64)
    sounds_until = given.onset + fields[:, 1] + 1
    following, last = fields[:, 2], last_value(grid)
    until = np.where(following == AT_END, sounds_until, given.onset + following - AFTER)
    return given.onset, fields[:, 0], sounds_until, np.where(following == last, NEVER, until)


def chords_feature(chords: GivenChords | None, onset: np.ndarray, grid: Grid) -> np.ndarray:
    """The feature `chords` at onsets in grid units: (T,) -> (T, 27)."""
    values = np.tile(np.array(NO_CHORDS, np.int16), (len(onset), 1))
    if chords is None or not len(chords.onset):
        return values
    at = np.searchsorted(chords.onset, onset, "right") - 1
    for column, place in ((0, at), (CHORD_WIDTH, at + 1)):
        exists = (place >= 0) & (place < len(chords.onset))
        place = place.clip(0, len(chords.onset) - 1)
        mask = np.where(exists, chords.mask[place], 0)
        values[:, column] = np.where(exists, chords.root[place], NO_ROOT)
        values[:, column + 1 : column + CHORD_WIDTH] = mask[:, None] >> np.arange(12) & 1
        wait = np.where(exists, chords.onset[place] - onset, 0)
    values[:, -1] = wait.clip(0, grid.max_units)  # of the next chord
    return values


def with_random_given(steps: Steps, uniform: Sequence[float], near: int) -> Steps:
    """The steps, some of them given, for training.

    uniform: numbers from 0 to 1, DRAWS and one for each part. near: number of a step, around
    which a stretch is composed where all else is given.
    """
    if not isinstance(steps, PartsSteps) or uniform[0] < NONE or not len(steps):
        return steps
    count, kind = len(steps.roles), uniform[0]
    part, onset = steps.schedule
    chosen = np.array([value < 0.5 for value in uniform[DRAWS : DRAWS + count]])
    if kind >= SOME:
        longest = MAX_COMPOSED * steps.grid.per_quarter
        first = onset[near] + int((uniform[1] - 0.25) * longest)
        is_composed = (onset >= first) & (onset < first + 1 + int(uniform[2] * longest))
        return steps.with_given(~(is_composed & (chosen | ~chosen.any())[part]))
    if count < 2:
        return steps
    one = min(int(uniform[1] * count), count - 1)
    if kind < ALL_BUT_ONE:
        has_melody = kind < ONE and uniform[3] < 0.5
        one = _highest(steps) if has_melody else one
        return steps.with_given((part == one) == (kind < ONE))
    return steps.with_given(chosen[part])


def _highest(steps: PartsSteps) -> int:
    """Number of the highest part that is no drums, which has the melody as a rule."""
    return max(sum(not role.is_drum for role in steps.roles) - 1, 0)
