"""Features of `parts` step by step, for rows of a batch with the same roles."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

import numpy as np

from musicgen.encoding.clock import ClockTable
from musicgen.encoding.events_features import CHROMA_WINDOWS
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.bars_ago import bars_ago_feature
from musicgen.encoding.parts.features import (
    ALL_ORDERS,
    OWN_ORDERS,
    OWN_STEPS,
    REPEAT_WIDTH,
    VOICE_WIDTH,
    VOICES,
    no_repeat,
    role_numbers,
    voice_numbers,
)
from musicgen.encoding.parts.form_features import FormPlan, form_feature
from musicgen.encoding.parts.given_features import GivenFeature, chords_feature
from musicgen.encoding.parts.played_steps import PlayedSteps
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import AFTER, NO_PITCH, REST
from musicgen.encoding.repeat_features import REPEATS, RepeatHistory
from musicgen.encoding.steps import NEVER, Features

_WINDOW = max(window or 0 for window in CHROMA_WINDOWS)
_RowValues: TypeAlias = tuple[int, ...]


class PartsTracker:
    """`part_features` updated step by step for K rows; each row has a schedule of its own.

    An operation on arrays takes a microsecond or more however few the rows are, so there are few
    of them, and what belongs to single rows is in Python's lists.
    """

    _place: np.ndarray  # (K,) of each row and its next part in the views
    _flat_latest: np.ndarray  # (K * (P + 1), 16)
    _flat_onsets: np.ndarray  # (K * (P + 1),)
    _flat_struck: np.ndarray  # (K * (P + 1),)

    def __init__(
        self,
        rows: int,
        piece: PartsSteps,
        bars: int,
        given_first: bool = False,
        bars_ago: bool = False,
    ) -> None:
        """bars: number of bars of each row; 0 hides it from the model.

        given_first, bars_ago: see `part_features`.
        """
        self._grid, self._count = piece.grid, len(piece.roles)
        self._roles = np.pad(role_numbers(piece), ((0, 0), (0, 1)))  # (P, 6), the last for chords
        self._is_drum = [role.is_drum for role in piece.roles]
        self._voices = voice_numbers(np.array(self._is_drum, bool))  # (P, 4); -1 is the last column
        self._clocks = ClockTable(piece.metres, bars, self._grid)
        oldest, columns = self._grid.max_age, self._count + 1  # the last column is of no part
        self._key = np.full((rows, 1), piece.key)
        # Pitch and duration of the latest steps of each part, the latest first.
        self._latest = np.tile(np.array([NO_PITCH, 0] * OWN_STEPS), (rows, columns, 1))
        self._onsets = np.full((rows, columns), -oldest, np.int64)  # of the latest steps
        self._struck = np.full((rows, columns), -1, np.int64)  # onset that the part strikes again
        self._started = np.full((rows, KEYS), -oldest, np.int64)
        self._ended = np.full((rows, KEYS), -oldest, np.int64)
        self._given = GivenFeature(piece.given, self._grid, given_first)
        self._has_given, self._chords = piece.given is not None, piece.chords
        first_rows = np.arange(rows)
        self._nothing_given = GivenFeature(None, self._grid, given_first)(first_rows, first_rows)
        self.schedule = BatchSchedule(rows, self._count, self._grid, piece.first)
        self._chord_place = np.zeros(rows, np.int64)  # of the next step
        self._form = None if piece.form is None else FormPlan(piece.form, piece.metres)
        self._has_bars_ago = bars_ago
        self._reads_played = bars_ago or self._form is not None
        self._start_histories(rows)
        self._flatten()

    def _start_histories(self, rows: int) -> None:
        """What is kept of the notes so far: shares of pitch classes, repeats, steps by onset."""
        self._chroma = np.zeros((rows, len(CHROMA_WINDOWS), 12), np.float32)
        self._totals = np.ones((rows, len(CHROMA_WINDOWS), 1), np.float32)  # of the chroma, or 1
        self._shares = np.zeros((rows, 12 * len(CHROMA_WINDOWS)), np.float32)
        self._notes: list[int] = [0] * rows
        self._classes: list[deque[int]] = [deque(maxlen=_WINDOW) for _ in range(rows)]  # latest
        self._nothing: _RowValues = no_repeat(self._grid)
        parts = range(self._count)
        self._own = [[RepeatHistory(OWN_ORDERS, self._nothing) for _ in parts] for _ in range(rows)]
        of_all = (*self._nothing[:3], -1, 0)
        self._all = [RepeatHistory(ALL_ORDERS, of_all) for _ in range(rows)]
        self._own_repeats = [[self._nothing] * self._count for _ in range(rows)]
        self._all_repeats: list[_RowValues] = [of_all] * rows
        self._played = PlayedSteps(rows, self._grid)

    @property
    def now(self) -> np.ndarray:
        """Grid units, the onset of the next step: (K,); NEVER where all parts have ended."""
        return self.schedule.now

    def features(self) -> Features:
        part, place = self.schedule.part, self._place
        now = self.schedule.now % NEVER  # 0 where all parts have ended
        grid, since = self._grid, now[:, None]
        of_part = self._roles[part]  # (K, 6)
        of_part[:, -1] = self._flat_struck[place] == now
        features = {
            "part": of_part,
            "clock": self._clocks[now],
            "key": self._key,
            "remaining": np.maximum(self._ended - since, -grid.max_age),
            "age": np.minimum(since - self._started, grid.max_age),
            "chroma": self._shares,
            "voices": self._voice_states(part, since),
            "own": self._flat_latest[place],
            REPEATS: self._repeats(part),
            "given": self._given(part, now) if self._has_given else self._nothing_given,
        }
        if self._chords is not None:
            features["chords"] = chords_feature(self._chords, now, grid)
        if self._has_bars_ago:
            features["bars_ago"] = bars_ago_feature(self._played_at, now, features["clock"])
        if self._form is not None:
            features["form"] = form_feature(self._played_at, now, self._form)
        return features

    def _played_at(self, onsets: np.ndarray) -> np.ndarray:
        return self._played.at(self.schedule.part, onsets, self._chord_place)

    def push(self, fields: np.ndarray) -> None:
        now, part, place = self.schedule.now, self.schedule.part, self._place
        pitch, duration, following = fields[:, 0], fields[:, 1], fields[:, 2]
        self._push_rows(part, now, fields, self._flat_onsets[place])
        if self._reads_played:
            before = self._flat_latest[place, 0]
            self._played.push(part, now, self._chord_place, fields, before)
        latest = np.empty((len(place), 2 * OWN_STEPS), np.int64)
        latest[:, 2:] = self._flat_latest[place, :-2]
        latest[:, 0], latest[:, 1] = pitch, duration + 1
        self._flat_latest[place], self._flat_onsets[place] = latest, now
        self._flat_struck[place] = np.where(following == AFTER, now, -1)
        self.schedule.push(duration, following)
        if self._reads_played:
            goes_on = (self.schedule.part == part) & (self.schedule.now == now)
            self._chord_place = np.where(goes_on, self._chord_place + 1, 0)
        self._place = self._base + self.schedule.part

    def select(self, rows: np.ndarray) -> None:
        for name in _BY_ROW:
            setattr(self, name, getattr(self, name)[rows])
        part_numbers = rows.tolist()
        self._notes = [self._notes[row] for row in part_numbers]
        self._classes = [self._classes[row].copy() for row in part_numbers]
        self._own = [[history.copy() for history in self._own[row]] for row in part_numbers]
        self._all = [self._all[row].copy() for row in part_numbers]
        self._own_repeats = [[*self._own_repeats[row]] for row in part_numbers]
        self._all_repeats = [self._all_repeats[row] for row in part_numbers]
        self.schedule.select(rows)
        self._played.select(rows)
        self._flatten()

    def _flatten(self) -> None:
        """Make views of the arrays (K, P + 1, ...) that have one axis for rows and parts."""
        rows, columns = self._onsets.shape
        self._base = np.arange(rows) * columns
        self._place = self._base + self.schedule.part
        self._flat_latest = self._latest.reshape(rows * columns, 2 * OWN_STEPS)
        self._flat_onsets = self._onsets.reshape(rows * columns)
        self._flat_struck = self._struck.reshape(rows * columns)

    def _voice_states(self, part: np.ndarray, since: np.ndarray) -> np.ndarray:
        """The feature `voices`; since: onsets of the next steps, (K, 1)."""
        at = self._voices[part]  # (K, 4)
        at = np.where(at < 0, self._count, at) + self._base[:, None]
        onsets, latest = self._flat_onsets[at], self._flat_latest[at]  # (K, 4), (K, 4, 16)
        states = np.empty((*at.shape, VOICE_WIDTH), np.int64)
        states[..., :2] = latest[..., 0:3:2]
        left = onsets + latest[..., 1] - since
        states[..., 2] = np.minimum(np.maximum(left, 0), self._grid.max_units)
        states[..., 3] = np.minimum(since - onsets, self._grid.max_age)
        return states.reshape(len(at), len(VOICES) * VOICE_WIDTH)

    def _repeats(self, part: np.ndarray) -> np.ndarray:
        values = []
        for row, number in enumerate(part.tolist()):
            *of_all, of_part, order = self._all_repeats[row]
            repeat = (*of_all, order) if of_part == number else self._nothing
            values.append((*self._own_repeats[row][number], *repeat))
        return np.array(values, np.int64).reshape(-1, 2 * REPEAT_WIDTH)

    def _push_rows(
        self, part: np.ndarray, now: np.ndarray, fields: np.ndarray, before: np.ndarray
    ) -> None:
        """Add the steps to the histories of the rows; before: onsets of the parts' steps before."""
        steps = zip(part.tolist(), now.tolist(), before.tolist(), fields.tolist(), strict=True)
        has_notes = False
        for row, (number, onset, earlier, (pitch, duration, following, *_)) in enumerate(steps):
            waited = onset - earlier if earlier >= 0 else 0
            code = (number * 4096 + waited) * 128 + pitch
            values = (pitch, duration, following)
            self._own_repeats[row][number] = self._own[row][number].push(code, values)
            self._all_repeats[row] = self._all[row].push(code, (*values, number))
            if pitch < REST and not self._is_drum[number]:
                self._push_note(row, pitch, onset, onset + duration + 1)
                has_notes = True
        if has_notes:
            self._shares = (self._chroma / self._totals).reshape(self._shares.shape)

    def _push_note(self, row: int, key: int, onset: int, end: int) -> None:
        self._started[row, key] = onset
        self._ended[row, key] = max(self._ended[row, key], end)
        pitch_class, classes = (key + LOWEST_KEY) % 12, self._classes[row]
        chroma, count = self._chroma[row], self._notes[row] + 1
        for index, window in enumerate(CHROMA_WINDOWS):
            chroma[index, pitch_class] += 1
            if window is not None and count > window:
                chroma[index, classes[-window]] -= 1
            else:
                self._totals[row, index, 0] = count
        classes.append(pitch_class)
        self._notes[row] = count


_BY_ROW = (
    *("_latest", "_key", "_nothing_given", "_onsets", "_struck", "_started", "_ended"),
    *("_chroma", "_totals", "_shares", "_chord_place"),
)
