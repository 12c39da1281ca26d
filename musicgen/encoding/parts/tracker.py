"""Features of `parts` step by step, for rows of a batch with the same roles."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.clock import ClockTable
from musicgen.encoding.events_features import CHROMA_WINDOWS
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.features import (
    ALL_ORDERS,
    OWN_ORDERS,
    OWN_STEPS,
    REPEAT_WIDTH,
    VOICE_WIDTH,
    no_repeat,
    role_numbers,
    voice_numbers,
)
from musicgen.encoding.parts.form_features import FormPlan, FormTracker
from musicgen.encoding.parts.given_features import GivenFeature, chords_feature
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import AFTER, AT_END, NO_PITCH, REST
from musicgen.encoding.repeat_features import REPEATS, RepeatHistory
from musicgen.encoding.steps import NEVER, Features

_OF_ALL = [0, 1, 2, 4]  # columns of a repeat of all parts, without the part
_WINDOW = max(window or 0 for window in CHROMA_WINDOWS)


class PartsTracker:
    """`part_features` updated step by step for K rows; each row has a schedule of its own."""

    def __init__(self, rows: int, piece: PartsSteps, bars: int, given_first: bool = False) -> None:
        """bars: number of bars of each row; 0 hides it from the model.

        given_first: see `part_features`.
        """
        self._grid, self._count = piece.grid, len(piece.roles)
        self._roles = np.pad(role_numbers(piece), ((0, 0), (0, 1)))  # (P, 6), the last for chords
        self._drums = np.array([role.is_drum for role in piece.roles], bool)
        self._voices = voice_numbers(self._drums)  # (P, 4); -1 is a column of no part
        self._clocks = ClockTable(piece.metres, bars, self._grid)
        self._rows, oldest = np.arange(rows), self._grid.max_age
        self._key = np.full((rows, 1), piece.key)
        columns = self._count + 1
        # Pitch and duration of the latest steps of each part, the latest first.
        self._latest = np.tile(np.array([NO_PITCH, 0]), (rows, columns, OWN_STEPS, 1))
        self._onsets = np.full((rows, columns), -oldest, np.int64)  # of the latest steps
        self._following = np.full((rows, columns), AT_END, np.int64)
        self._started = np.full((rows, KEYS), -oldest, np.int64)
        self._ended = np.full((rows, KEYS), -oldest, np.int64)
        self._chroma = np.zeros((rows, len(CHROMA_WINDOWS), 12), np.float32)
        self._classes = np.zeros((rows, _WINDOW), np.int64)  # of the latest notes, in a ring
        self._notes = np.zeros(rows, np.int64)
        nothing = no_repeat(self._grid)
        self._own = [
            [RepeatHistory(OWN_ORDERS, nothing) for _ in range(self._count)] for _ in range(rows)
        ]
        self._all = [RepeatHistory(ALL_ORDERS, (*nothing[:3], -1, 0)) for _ in range(rows)]
        self._own_repeats = np.tile(np.array(nothing), (rows, self._count, 1))
        self._all_repeats = np.tile(np.array([*nothing[:3], -1, 0]), (rows, 1))
        self._nothing = np.array(nothing)
        self._given = GivenFeature(piece.given, self._grid, given_first)
        self._has_given, self._chords = piece.given is not None, piece.chords
        self._nothing_given = GivenFeature(None, self._grid, given_first)(self._rows, self._rows)
        self.schedule = BatchSchedule(rows, self._count, self._grid, piece.first)
        self._chord_place = np.zeros(rows, np.int64)  # of the next step
        self._has_form = piece.form is not None
        self._form = FormTracker(rows, FormPlan(piece.form or "", piece.metres), self._grid)

    @property
    def now(self) -> np.ndarray:
        """Grid units, the onset of the next step: (K,); NEVER where all parts have ended."""
        return self.schedule.now

    def features(self) -> Features:
        # Few and cheap operations: with one row, each takes a microsecond or more.
        part, rows = self.schedule.part, self._rows
        now = np.where(self.schedule.now < NEVER, self.schedule.now, 0)
        grid, since = self._grid, now[:, None]
        at, places = self._voices[part], rows[:, None]  # (K, 4), (K, 1)
        onsets = self._onsets[places, at]
        voices = np.empty((len(rows), *at.shape[1:], VOICE_WIDTH), np.int64)
        voices[..., :2] = self._latest[places, at, :2, 0]
        left = onsets + self._latest[places, at, 0, 1] - since
        voices[..., 2] = np.minimum(np.maximum(left, 0), grid.max_units)
        voices[..., 3] = np.minimum(since - onsets, grid.max_age)
        of_part = self._roles[part]  # (K, 6)
        of_part[:, -1] = (self._onsets[rows, part] == now) & (self._following[rows, part] == AFTER)
        repeats = np.empty((len(rows), 2 * REPEAT_WIDTH), np.int64)
        repeats[:, :REPEAT_WIDTH] = self._own_repeats[rows, part]
        same_part = (self._all_repeats[:, 3] == part)[:, None]
        repeats[:, REPEAT_WIDTH:] = np.where(
            same_part, self._all_repeats[:, _OF_ALL], self._nothing
        )
        features = {
            "part": of_part,
            "clock": self._clocks[now],
            "key": self._key,
            "remaining": np.maximum(self._ended - since, -grid.max_age),
            "age": np.minimum(since - self._started, grid.max_age),
            "chroma": self._shares(),
            "voices": voices.reshape(len(rows), -1),
            "own": self._latest[rows, part].reshape(len(rows), -1),
            REPEATS: repeats,
            "given": self._given(part, now) if self._has_given else self._nothing_given,
        }
        if self._chords is not None:
            features["chords"] = chords_feature(self._chords, now, grid)
        if self._has_form:
            features["form"] = self._form.features(part, now, self._chord_place)
        return features

    def push(self, fields: np.ndarray) -> None:
        now, part, rows = self.schedule.now, self.schedule.part, self._rows
        pitch, duration, following = fields[:, :3].astype(np.int64).T
        is_first = self._latest[rows, part, 0, 0] == NO_PITCH
        waited = np.where(is_first, 0, now - self._onsets[rows, part])
        self._push_repeats(part, fields, waited)
        if self._has_form:
            self._form.push(part, now, self._chord_place, fields)
        self._latest[rows, part, 1:] = self._latest[rows, part, :-1]
        self._latest[rows, part, 0, 0], self._latest[rows, part, 0, 1] = pitch, duration + 1
        self._onsets[rows, part], self._following[rows, part] = now, following
        noted = np.flatnonzero((pitch < REST) & ~self._drums[part])
        if len(noted):
            self._push_notes(noted, pitch[noted], now[noted], duration[noted] + 1)
        self.schedule.push(duration, following)
        goes_on = (self.schedule.part == part) & (self.schedule.now == now)
        self._chord_place = np.where(goes_on, self._chord_place + 1, 0)

    def select(self, rows: np.ndarray) -> None:
        for name in _BY_ROW:
            setattr(self, name, getattr(self, name)[rows])
        self._rows = np.arange(len(rows))
        self._own = [[history.copy() for history in self._own[row]] for row in rows]
        self._all = [self._all[row].copy() for row in rows]
        self.schedule.select(rows)
        self._form.select(rows)

    def _push_notes(
        self, rows: np.ndarray, key: np.ndarray, onset: np.ndarray, duration: np.ndarray
    ) -> None:
        self._started[rows, key] = onset
        self._ended[rows, key] = np.maximum(self._ended[rows, key], onset + duration)
        classes = (key + LOWEST_KEY) % 12
        for index, window in enumerate(CHROMA_WINDOWS):
            self._chroma[rows, index, classes] += 1
            if window is not None:
                full = rows[self._notes[rows] >= window]
                oldest = self._classes[full, (self._notes[full] - window) % _WINDOW]
                self._chroma[full, index, oldest] -= 1
        self._classes[rows, self._notes[rows] % _WINDOW] = classes
        self._notes[rows] += 1

    def _shares(self) -> np.ndarray:
        """Shares of the pitch classes by window: (K, 36)."""
        total = np.maximum(self._chroma.sum(axis=2, keepdims=True), 1)
        return (self._chroma / total).reshape(len(total), -1)

    def _push_repeats(self, part: np.ndarray, fields: np.ndarray, waited: np.ndarray) -> None:
        steps = zip(part.tolist(), waited.tolist(), fields[:, :3].tolist(), strict=True)
        for row, (number, units, values) in enumerate(steps):
            code = (number * 4096 + units) * 128 + values[0]
            own = self._own[row][number].push(code, tuple(values))
            self._own_repeats[row, number] = own
            self._all_repeats[row] = self._all[row].push(code, (*values, number))


_BY_ROW = (
    *("_latest", "_key", "_nothing_given", "_onsets", "_following", "_started", "_ended"),
    *("_chroma", "_classes", "_notes", "_own_repeats", "_all_repeats", "_chord_place"),
)
