"""What a listener knows before the next note: the derived inputs of `events`.

All of it follows from the notes so far and the metre, at the onset of the latest note:

- `remaining`: per key, grid steps until its latest note ends; 0 ends now, negative has ended.
- `age`: per key, grid steps since its latest note began.
- `chroma`: how often each pitch class was struck: in the last 16 notes, the last 64, and in all.
- `clock`: place in the bar, length of the bar, bars left (1 is the last; 0 is not told).

A model may move `remaining`, `age` and `clock` on by an onset shift once that is drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from musicgen.encoding.grid import GRID_TICKS, KEYS, LOWEST_KEY, MAX_GRID_UNITS
from musicgen.encoding.steps import Features
from musicgen.score import Metre, bar_positions

MAX_AGE = 2 * MAX_GRID_UNITS  # keys not struck for longer, or never, look alike
CHROMA_WINDOWS = (16, 64, None)  # notes
MAX_BARS_LEFT = 16

NOTE_FEATURE_WIDTHS: Mapping[str, int] = {
    "remaining": KEYS,
    "age": KEYS,
    "chroma": 12 * len(CHROMA_WINDOWS),
    "clock": 3,
}


def note_features(
    fields: np.ndarray, metres: tuple[Metre, ...], start: int = 0, stop: int | None = None
) -> Features:
    """Derived inputs before steps start to stop of one piece of N steps: fields (N, >= 3)."""
    stop = len(fields) if stop is None else stop
    count, keys = stop - start, fields[:stop, 1]
    onsets = np.cumsum(fields[:, 0])  # (N,)
    ends = onsets + fields[:, 2] + 1
    now = np.concatenate([[0], onsets])[start:stop]  # the latest onset before each step
    started, ended = np.full((2, count + 1, KEYS), -MAX_AGE, np.int32)
    # A key's latest note both begins and ends last, for no two of its notes overlap.
    started[0, keys[:start]], ended[0, keys[:start]] = onsets[:start], ends[:start]
    rows = np.arange(1, count + 1)
    started[rows, keys[start:]] = onsets[start:stop]
    ended[rows, keys[start:]] = ends[start:stop]
    started = np.maximum.accumulate(started)[:-1]  # (T, KEYS)
    ended = np.maximum.accumulate(ended)[:-1]
    bars = int(_clock(onsets[-1:], metres)[0, 3]) + 1 if len(onsets) else 0
    return {
        "remaining": (ended - now[:, None]).clip(-MAX_AGE, MAX_AGE).astype(np.int16),
        "age": (now[:, None] - started).clip(0, MAX_AGE).astype(np.int16),
        "chroma": _chroma(keys, start),
        "clock": _clock_features(_clock(now, metres), bars),
    }


class NoteFeatureTracker:
    """`hear`, kept up step by step for K pieces that are drawn together."""

    def __init__(self, pieces: int, metres: tuple[Metre, ...], bars: int) -> None:
        """bars: how many each piece will have; 0 does not tell the model."""
        self.now = np.zeros(pieces, np.int64)
        self._times = _ClockTable(metres, bars)
        # Floats as models take them: exact up to 2^24 grid steps, two weeks of music.
        self._rows = KEYS * np.arange(pieces)  # where each begins
        self._started = np.full((pieces, KEYS), -MAX_AGE, np.float32)
        self._ended = np.full((pieces, KEYS), -MAX_AGE, np.float32)
        self._counts = np.zeros((pieces, 12 * len(CHROMA_WINDOWS)), np.float32)
        self._heard = np.ones(12 * len(CHROMA_WINDOWS), np.float32)  # notes, at least 1
        self._struck: deque[np.ndarray] = deque(maxlen=_LONGEST_WINDOW)  # (K,) pitch classes
        self._count = 0  # notes so far

    def features(self) -> Features:
        now = self.now.astype(np.float32)[:, None]
        return {
            "remaining": np.maximum(self._ended - now, -_MAX_AGE),
            "age": np.minimum(now - self._started, _MAX_AGE),
            "chroma": self._counts / self._heard,
            "clock": self._times[self.now],
        }

    def push(self, fields: np.ndarray) -> None:
        # Flat indices of one type: NumPy takes several times as long over others.
        shifts, keys, durations = fields[:, :3].T.astype(np.int64)
        self.now = self.now + shifts
        places = self._rows + keys
        self._started.put(places, self.now)
        self._ended.put(places, self.now + durations + 1)
        self._take((keys + LOWEST_KEY) % 12)

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone, each as often as it is named."""
        self.now, self._counts = self.now[rows], self._counts[rows]
        self._started, self._ended = self._started[rows], self._ended[rows]
        self._rows = KEYS * np.arange(len(rows))
        self._struck = deque((each[rows] for each in self._struck), _LONGEST_WINDOW)

    def _take(self, struck: np.ndarray) -> None:
        """Count the latest pitch class of each piece in every window: (K,)."""
        self._counts += _IN_ALL[struck]
        for i, (window, counted) in enumerate(zip(CHROMA_WINDOWS, _IN_ONE, strict=True)):
            if window is None or self._count < window:
                self._heard[12 * i : 12 * i + 12] = self._count + 1
            else:
                self._counts -= counted[self._struck[-window]]
        self._struck.append(struck)
        self._count += 1


_MAX_AGE = np.float32(MAX_AGE)
_LONGEST_WINDOW = max(window or 0 for window in CHROMA_WINDOWS)
# What a pitch class counts for, in one window and in all: (12, windows * 12).
_IN_ONE = [np.kron(row, np.eye(12)).astype("f4") for row in np.eye(len(CHROMA_WINDOWS))[:, None]]
_IN_ALL = np.sum(_IN_ONE, axis=0)


class _ClockTable:
    """The clock of every grid step, computed as far as it is asked for."""

    def __init__(self, metres: tuple[Metre, ...], bars: int) -> None:
        self._metres, self._bars = metres, bars
        self._table = np.zeros((0, 3), np.float32)

    def __getitem__(self, steps: np.ndarray) -> np.ndarray:
        """(K,) -> (K, 3)."""
        most = int(steps.max())
        if most >= len(self._table):
            clock = _clock(np.arange(2 * most + 1024), self._metres)
            self._table = _clock_features(clock, self._bars).astype(np.float32)
        return self._table[steps]


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


def _clock(onsets: np.ndarray, metres: tuple[Metre, ...]) -> np.ndarray:
    """(N, 4): place in the bar, length of the bar, 0, bar index; in grid steps."""
    bar, place, length = bar_positions(metres, onsets * GRID_TICKS)
    return np.stack([place // GRID_TICKS, length // GRID_TICKS, np.zeros_like(bar), bar], axis=1)


def _clock_features(clock: np.ndarray, bars: int) -> np.ndarray:
    """The clock as a model gets it: (N, 3), bars left in the last column where known."""
    told = clock[:, :3].astype(np.int16)
    if bars:
        told[:, 2] = (bars - clock[:, 3]).clip(1, MAX_BARS_LEFT)
    return told
