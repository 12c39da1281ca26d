"""Features of `events` at the onset of the latest note, from the notes so far and the metre.

- `remaining`: grid units until the latest note of each key ends; 0 ends now, negative has ended.
- `age`: grid units since the latest note of each key began.
- `chroma`: share of each pitch class in the last 16 notes, in the last 64, and in all.
- `clock`: place in the bar, length of the bar, bars left (1 is the last; 0 is unknown). All three
  are 0 on a grid of seconds, which has no bars.

A model may move `remaining`, `age` and `clock` on by an onset shift once the shift is drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from musicgen.encoding.clock import ClockTable, clock
from musicgen.encoding.grid import BEATS, GRID_TICKS, KEYS, LOWEST_KEY, Grid
from musicgen.encoding.steps import Features
from musicgen.metres import Metre, bar_positions

CHROMA_WINDOWS = (16, 64, None)  # notes

NOTE_FEATURE_WIDTHS: Mapping[str, int] = {
    "remaining": KEYS,
    "age": KEYS,
    "chroma": 12 * len(CHROMA_WINDOWS),
    "clock": 3,
}


def note_features(
    fields: np.ndarray,
    metres: tuple[Metre, ...],
    start: int = 0,
    stop: int | None = None,
    grid: Grid = BEATS,
) -> Features:
    """Features before steps start to stop of one piece of N steps: fields (N, >= 3)."""
    stop, oldest = len(fields) if stop is None else stop, grid.max_age
    count, keys = stop - start, fields[:stop, 1]
    onsets = np.cumsum(fields[:, 0])  # (N,)
    ends = onsets + fields[:, 2] + 1
    now = np.concatenate([[0], onsets])[start:stop]  # the latest onset before each step
    started, ended = np.full((2, count + 1, KEYS), -oldest, np.int32)
    # A key's latest note both begins and ends last, since no two of its notes overlap.
    started[0, keys[:start]], ended[0, keys[:start]] = onsets[:start], ends[:start]
    rows = np.arange(1, count + 1)
    started[rows, keys[start:]] = onsets[start:stop]
    ended[rows, keys[start:]] = ends[start:stop]
    started = np.maximum.accumulate(started)[:-1]  # (T, KEYS)
    ended = np.maximum.accumulate(ended)[:-1]
    bars = int(bar_positions(metres, onsets[-1:] * GRID_TICKS)[0][0]) + 1 if len(onsets) else 0
    return {
        "remaining": (ended - now[:, None]).clip(-oldest, oldest).astype(np.int16),
        "age": (now[:, None] - started).clip(0, oldest).astype(np.int16),
        "chroma": _chroma(keys, start),
        "clock": clock(now, metres, bars, grid),
    }


class NoteFeatureTracker:
    """`note_features` updated step by step for K rows of a batch."""

    def __init__(self, rows: int, metres: tuple[Metre, ...], bars: int, grid: Grid = BEATS) -> None:
        """bars: number of bars of each row; 0 hides it from the model."""
        self.now = np.zeros(rows, np.int64)
        self._oldest = np.float32(grid.max_age)
        self._clocks = ClockTable(metres, bars, grid)
        # Floats as models take them: exact up to 2^24 grid units, two weeks of music.
        self._row_starts = KEYS * np.arange(rows)  # in flattened (K, KEYS) arrays
        self._started = np.full((rows, KEYS), -self._oldest, np.float32)
        self._ended = np.full((rows, KEYS), -self._oldest, np.float32)
        self._counts = np.zeros((rows, 12 * len(CHROMA_WINDOWS)), np.float32)
        self._notes_in_window = np.ones(12 * len(CHROMA_WINDOWS), np.float32)  # at least 1
        self._recent: deque[np.ndarray] = deque(maxlen=_MAX_WINDOW)  # (K,) pitch classes
        self._note_count = 0

    def features(self) -> Features:
        now = self.now.astype(np.float32)[:, None]
        return {
            "remaining": np.maximum(self._ended - now, -self._oldest),
            "age": np.minimum(now - self._started, self._oldest),
            "chroma": self._counts / self._notes_in_window,
            "clock": self._clocks[self.now],
        }

    def push(self, fields: np.ndarray) -> None:
        # Flat indices of one type: NumPy takes several times as long with others.
        shifts, keys, durations = fields[:, :3].T.astype(np.int64)
        self.now = self.now + shifts
        places = self._row_starts + keys
        self._started.put(places, self.now)
        self._ended.put(places, self.now + durations + 1)
        self._count_pitch_classes((keys + LOWEST_KEY) % 12)

    def select(self, rows: np.ndarray) -> None:
        self.now, self._counts = self.now[rows], self._counts[rows]
        self._started, self._ended = self._started[rows], self._ended[rows]
        self._row_starts = KEYS * np.arange(len(rows))
        self._recent = deque((classes[rows] for classes in self._recent), _MAX_WINDOW)

    def _count_pitch_classes(self, latest: np.ndarray) -> None:
        """Add the latest pitch class of each row to every window: (K,)."""
        self._counts += _IN_ALL_WINDOWS[latest]
        for i, (window, in_window) in enumerate(zip(CHROMA_WINDOWS, _IN_WINDOW, strict=True)):
            if window is None or self._note_count < window:
                self._notes_in_window[12 * i : 12 * i + 12] = self._note_count + 1
            else:
                self._counts -= in_window[self._recent[-window]]
        self._recent.append(latest)
        self._note_count += 1


_MAX_WINDOW = max(window or 0 for window in CHROMA_WINDOWS)
# One-hot rows of the pitch classes, in one window and in all: (12, windows * 12).
_IN_WINDOW = [np.kron(row, np.eye(12)).astype("f4") for row in np.eye(len(CHROMA_WINDOWS))[:, None]]
_IN_ALL_WINDOWS = np.sum(_IN_WINDOW, axis=0)


def _chroma(keys: np.ndarray, start: int) -> np.ndarray:
    """Shares of the pitch classes before each note from start on, by window: (T, 3 * 12)."""
    struck = np.zeros((len(keys) + 1, 12), np.float32)
    struck[np.arange(1, len(keys) + 1), (keys + LOWEST_KEY) % 12] = 1
    total = np.cumsum(struck, axis=0)[:-1]  # (stop, 12) before each note
    parts = []
    for window in CHROMA_WINDOWS:
        part = total[start:].copy()
        if window is not None:
            outside = np.arange(start, len(keys)) - window
            part -= np.where(outside[:, None] > 0, total[outside.clip(0)], 0)
        parts.append(part / np.maximum(part.sum(axis=1, keepdims=True), 1))
    return np.concatenate(parts, axis=1)
