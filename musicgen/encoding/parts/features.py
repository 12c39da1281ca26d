"""Features of `parts` before each step, at its onset and for its part.

- `part`: number of the part and of all parts, program (DRUMS for drums), register, whether it has
  chords, whether it strikes a chord at this onset.
- `clock`: place in the bar, length of the bar, bars left (1 is the last; 0 is unknown).
- `key`: tonic as pitch class, 12 more in minor; UNKNOWN_KEY.
- `remaining`, `age`: grid units until the notes of each key end and since the latest began.
- `chroma`: share of each pitch class in the last 16 notes, in the last 64, and in all.
- `voices`: of the parts below and above, the lowest and the highest: pitch of the latest step, of
  the one before it, grid units until the latest ends and since it began.
- `own`: pitch and duration of the part's latest steps, the latest first.
- `echo`: what followed the last time that the part's latest notes were played, then all parts'
  latest notes: pitch, duration, next, and the order of the match.
- `bars_ago`, `form`: what the part played in earlier bars, see `bars_ago.py`, `form_features.py`.
- `given`, `chords`: what is known ahead of time, see `given_features.py`.

Pitches are values of the field, NO_PITCH where there is no step. Drums count in `own` and `echo`
alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from musicgen.encoding.clock import clock
from musicgen.encoding.events_features import CHROMA_WINDOWS
from musicgen.encoding.grid import GRID_TICKS, KEYS, LOWEST_KEY, Grid
from musicgen.encoding.parts.bars_ago import bars_ago_feature
from musicgen.encoding.parts.form_features import FormPlan, form_feature
from musicgen.encoding.parts.given_features import GIVEN_WIDTH, GivenFeature, chords_feature
from musicgen.encoding.parts.played_steps import played_at
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import AFTER, NO_PITCH, REST, no_step
from musicgen.encoding.repeat_features import REPEATS, latest_repeats
from musicgen.encoding.steps import Features
from musicgen.metres import bar_positions

DRUMS = 128  # in place of a program
VOICES = ("below", "above", "lowest", "highest")
VOICE_WIDTH = 4
OWN_STEPS = 8
OWN_ORDERS, ALL_ORDERS = (2, 4, 8, 16), (4, 8, 16, 32)  # steps that a repeat matches
REPEAT_WIDTH = 4

FEATURE_WIDTHS: Mapping[str, int] = {
    "part": 6,
    "clock": 3,
    "key": 1,
    "remaining": KEYS,
    "age": KEYS,
    "chroma": 12 * len(CHROMA_WINDOWS),
    "voices": len(VOICES) * VOICE_WIDTH,
    "own": 2 * OWN_STEPS,
    REPEATS: 2 * REPEAT_WIDTH,
    "given": 2 * GIVEN_WIDTH,
}


def part_features(
    steps: PartsSteps,
    start: int = 0,
    stop: int | None = None,
    given_first: bool = False,
    bars_ago: bool = False,
) -> Features:
    """Features before steps start to stop of one piece: arrays (T, width) by name.

    given_first: whether given steps come first at their onset, and `given` tells a part its own.
    bars_ago: whether `bars_ago` is one of them.
    """
    stop = len(steps) if stop is None else stop
    part, onset = (values[:stop] for values in steps.schedule)
    fields, rows = steps.fields[:stop], np.arange(start, stop)
    latest = _latest_steps(part, len(steps.roles))  # (stop, P)
    previous = latest[np.arange(stop), part]  # (stop,) the part's step before, -1
    drums = np.array([role.is_drum for role in steps.roles], bool)
    notes = (fields[:, 0] < REST) & ~drums[part]
    remaining, age = _keyboard(fields, onset, notes, start, steps.grid)
    features = {
        "part": _part(steps, part, onset, fields, previous)[rows],
        "clock": clock(onset[rows], steps.metres, _bars(steps), steps.grid),
        "key": np.full((len(rows), 1), steps.key, np.int16),
        "remaining": remaining,
        "age": age,
        "chroma": _chroma(fields[:, 0], notes, start),
        "voices": _voices(steps, latest, previous, rows),
        "own": _own(fields, previous, rows),
        REPEATS: _repeats(steps.grid, fields, part, onset, previous)[rows].astype(np.int16),
        "given": GivenFeature(steps.given, steps.grid, given_first)(part[rows], onset[rows]),
    }
    if steps.chords is not None:
        features["chords"] = chords_feature(steps.chords, onset[rows], steps.grid)
    played = partial(played_at, fields, part, onset, previous, grid=steps.grid)
    if bars_ago:
        features["bars_ago"] = bars_ago_feature(played, onset[rows], features["clock"])
    if steps.form is not None:
        features["form"] = form_feature(played, onset[rows], FormPlan(steps.form, steps.metres))
    return features


def no_repeat(grid: Grid) -> tuple[int, int, int, int]:
    """The feature without a match: no step, and 0."""
    return *no_step(grid), 0


def role_numbers(steps: PartsSteps) -> np.ndarray:
    """What `part` says of each role as such: (P, 5)."""
    count = len(steps.roles)
    rows = [
        (i, count, DRUMS if role.is_drum else role.program, role.register, role.has_chords)
        for i, role in enumerate(steps.roles)
    ]
    return np.array(rows, np.int16).reshape(-1, 5)


def voice_numbers(drums: np.ndarray) -> np.ndarray:
    """Parts that are the VOICES of each part, -1 for none: (P,) bool -> (P, 4)."""
    count = int((~drums).sum())  # drums come last
    table = np.full((len(drums), len(VOICES)), -1)
    for part in range(len(drums)):
        below = min(part, count) - 1
        above = part + 1 if part + 1 < count else -1
        table[part] = below, above, 0 if count else -1, count - 1
    table[table == np.arange(len(drums))[:, None]] = -1
    return table


def _bars(steps: PartsSteps) -> int:
    """Number of bars up to the end of the last note."""
    sounding = steps.fields[:, 0] < REST
    if not steps.grid.has_bars or not sounding.any():
        return 0
    end = int((steps.schedule[1] + steps.fields[:, 1] + 1)[sounding].max())
    return int(bar_positions(steps.metres, [(end - 1) * GRID_TICKS])[0][0]) + 1


def _latest_steps(part: np.ndarray, parts: int) -> np.ndarray:
    """The latest step of each part before each step, -1 for none: (N,) -> (N, P)."""
    table = np.full((len(part) + 1, parts), -1)
    table[np.arange(1, len(part) + 1), part] = np.arange(len(part))
    return np.maximum.accumulate(table, axis=0)[:-1]


def _part(
    steps: PartsSteps,
    part: np.ndarray,
    onset: np.ndarray,
    fields: np.ndarray,
    previous: np.ndarray,
) -> np.ndarray:
    in_chord = (previous >= 0) & (onset[previous] == onset) & (fields[previous, 2] == AFTER)
    return np.column_stack([role_numbers(steps)[part], in_chord]).astype(np.int16)


def _keyboard(
    fields: np.ndarray, onset: np.ndarray, notes: np.ndarray, start: int, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """`remaining` and `age` before the steps from start on: (T, KEYS) int16 twice."""
    oldest, count = grid.max_age, len(fields) - start
    started, ended = np.full((2, count + 1, KEYS), -oldest, np.int32)
    index = np.flatnonzero(notes)
    row, key = (index + 1 - start).clip(0), fields[index, 0]
    np.maximum.at(started, (row, key), onset[index])
    np.maximum.at(ended, (row, key), onset[index] + fields[index, 1] + 1)
    started = np.maximum.accumulate(started)[:-1]  # (T, KEYS)
    ended = np.maximum.accumulate(ended)[:-1]
    now = onset[start:, None]
    remaining = (ended - now).clip(-oldest, oldest).astype(np.int16)
    return remaining, (now - started).clip(0, oldest).astype(np.int16)


def _chroma(pitch: np.ndarray, notes: np.ndarray, start: int) -> np.ndarray:
    """Shares of the pitch classes in the notes before each step from start on: (T, 36)."""
    struck = np.zeros((int(notes.sum()) + 1, 12), np.float32)
    struck[np.arange(1, len(struck)), (pitch[notes] + LOWEST_KEY) % 12] = 1
    total = np.cumsum(struck, axis=0)
    before = (np.cumsum(notes) - notes)[start:]  # (T,) notes before each step
    shares = []
    for window in CHROMA_WINDOWS:
        share = total[before]
        if window is not None:
            share = share - total[(before - window).clip(0)]
        shares.append(share / np.maximum(share.sum(axis=1, keepdims=True), 1))
    return np.concatenate(shares, axis=1)


def _voices(
    steps: PartsSteps, latest: np.ndarray, previous: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """The state of the VOICES before steps: (T, 16) int16."""
    part, onset = steps.schedule
    drums = np.array([role.is_drum for role in steps.roles], bool)
    others = voice_numbers(drums)[part[rows]]  # (T, 4)
    at = np.where(others >= 0, np.take_along_axis(latest[rows], others.clip(0), axis=1), -1)
    before = np.where(at >= 0, previous[at], -1)
    now = onset[rows, None]
    oldest = steps.grid.max_age
    remaining = (onset[at] + steps.fields[at, 1] + 1 - now).clip(0, steps.grid.max_units)
    age = (now - onset[at]).clip(0, oldest)
    state = np.stack(
        [
            np.where(at >= 0, steps.fields[at, 0], NO_PITCH),
            np.where(before >= 0, steps.fields[before, 0], NO_PITCH),
            np.where(at >= 0, remaining, 0),
            np.where(at >= 0, age, oldest),
        ],
        axis=-1,
    )  # (T, 4, 4)
    return state.reshape(len(rows), len(VOICES) * VOICE_WIDTH).astype(np.int16)


def _own(fields: np.ndarray, previous: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Pitch and duration of the part's latest steps: (T, 16) int16."""
    columns, at = [], rows
    for _ in range(OWN_STEPS):
        at = np.where(at >= 0, previous[at], -1)
        columns += [
            np.where(at >= 0, fields[at, 0], NO_PITCH),
            np.where(at >= 0, fields[at, 1] + 1, 0),
        ]
    return np.stack(columns, axis=1).astype(np.int16)


def _repeats(
    grid: Grid, fields: np.ndarray, part: np.ndarray, onset: np.ndarray, previous: np.ndarray
) -> np.ndarray:
    """The repeats of the part and of all parts before each step: (N, 8)."""
    hashes = hash_steps(part, fields[:, 0], np.where(previous >= 0, onset - onset[previous], 0))
    own_follows, own_levels = np.zeros((2, len(fields)), np.int64)
    for number in np.unique(part):
        index = np.flatnonzero(part == number)
        follows, levels = latest_repeats(hashes[index], OWN_ORDERS)
        own_follows[index], own_levels[index] = index[follows], levels
    follows, levels = latest_repeats(hashes, ALL_ORDERS)
    levels[part[follows] != part] = 0
    columns = []
    for at, level in ((own_follows, own_levels), (follows, levels)):
        has_repeat = (level > 0)[:, None]
        columns += [np.where(has_repeat, fields[at, :3], no_repeat(grid)[:3]), level[:, None]]
    return np.concatenate(columns, axis=1)


def hash_steps(part: np.ndarray, pitch: np.ndarray, waited: np.ndarray) -> np.ndarray:
    """A hash of each step's part, pitch and time since the part's step before: (N,) uint64."""
    code = (part.astype(np.uint64) * np.uint64(4096) + waited.astype(np.uint64)) * np.uint64(128)
    return (code + pitch.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
