"""What a reader of notation collects, and the score that follows from it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate, groupby
from math import gcd, lcm
from typing import NamedTuple, TypeAlias

import numpy as np

from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_parts, check_times
from musicgen.corpus.readers.metres import Signature, metres_from_bars
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import (
    MAX_TEMPO,
    MIN_TEMPO,
    PEDAL_CHANGE_DTYPE,
    PEDAL_DTYPE,
    KeySignature,
    Part,
    TempoChange,
    pedal_changes,
)

DEFAULT_TEMPO = 120.0  # quarters a minute
DEFAULT_VELOCITY = 80
FINE_RESOLUTION = 10_080  # ticks per quarter, where those of a file would be too many
_MAX_RESOLUTION = 16_384  # ticks per quarter, with which the longest piece fits in int32

TIE_START, TIE_STOP = 1, 2  # bits


class WrittenNote(NamedTuple):
    """A note as written, before ties are joined."""

    start: int  # ticks
    end: int
    pitch: int
    velocity: int
    part: int
    tie: int = 0  # TIE_START | TIE_STOP
    tie_number: int = 0  # that distinguishes ties of one key at a time; 0 if none is said


_TiePlace: TypeAlias = tuple[int, int, int]  # track, pitch, tick at which a tie leads on
_OpenTie: TypeAlias = tuple[list[int], int]  # row of the note, number of the tie


@dataclass
class WrittenScore:
    """A score as a reader collects it; all times in ticks of its resolution."""

    resolution: int  # ticks per quarter
    parts: list[Part] = field(default_factory=list)
    notes: list[WrittenNote] = field(default_factory=list)
    bars: list[Signature] = field(default_factory=list)
    tempos: dict[int, float] = field(default_factory=dict)  # start: quarters a minute
    keys: dict[int, tuple[int, bool]] = field(default_factory=dict)  # start: fifths, is_minor
    pedals: list[tuple[int, int, int]] = field(default_factory=list)  # start, end, part
    pedal_changes: list[tuple[int, int, int]] = field(default_factory=list)  # start, value, part
    left_out: Counter[str] = field(default_factory=Counter)  # number of each thing, by its plural


@dataclass(frozen=True)
class Notation:
    """A score with facts that only notation has."""

    score: Score
    tempo: float | None  # quarters a minute at the beginning; None if not written
    left_out: tuple[str, ...] = ()  # what the score leaves out, such as `2 grace notes`


def resolution_for(denominators: Iterable[int]) -> int:
    """Ticks per quarter with which all these fractions of a quarter are whole, if they fit."""
    resolution = TICKS_PER_QUARTER
    for denominator in set(denominators):
        resolution = lcm(resolution, denominator)
        if resolution > _MAX_RESOLUTION:
            return FINE_RESOLUTION
    return resolution


def to_ticks(quarters: Fraction | int, resolution: int) -> int:
    """Quarters in ticks, rounded to the nearest."""
    ticks = quarters * resolution
    return ticks if isinstance(ticks, int) else round(ticks)


def to_notation(written: WrittenScore, name: str, limits: Limits = LIMITS) -> Notation:
    """The score of what was written; raises UnreadableScore if it is beyond the limits."""
    check_notes(len(written.notes), limits)
    check_parts(len(written.parts), limits)
    rows = join_ties(written.notes, [part.track for part in written.parts])
    table = np.array(rows, np.int64)  # (N, 5)
    check_times(table[:, 0], table[:, 1], written.resolution, limits)
    notes = np.zeros(len(table), NOTE_DTYPE)
    notes["start"] = table[:, 0]
    notes["duration"] = np.maximum(1, table[:, 1] - table[:, 0])
    notes["pitch"], notes["velocity"], notes["part"] = table[:, 2], table[:, 3], table[:, 4]
    notes["program"] = np.array([part.program for part in written.parts])[notes["part"]]
    tempo, changes = _tempo_map(written.tempos)
    score = Score(
        notes,
        tempo or DEFAULT_TEMPO,
        metres_from_bars(written.bars, written.resolution),
        name,
        tuple(written.parts),
        changes,
        _keys(written.keys),
        _pedals(written, int(table[:, 1].max())),
        written.resolution,
    )
    return Notation(_on_grid_if_exact(score), tempo, phrases(written.left_out))


def _on_grid_if_exact(score: Score) -> Score:
    """The score with the resolution of the grid if that moves nothing, as in MIDI files."""
    unit = score.resolution // gcd(score.resolution, TICKS_PER_QUARTER)
    starts = [metre.start for metre in score.metres]
    starts += [change.start for change in score.tempo_changes]
    starts += [key.start for key in score.keys]
    notes, pedals = score.notes, score.pedal_changes["start"]
    tables = (notes["start"], notes["duration"], pedals, np.array(starts, np.int64))
    is_exact = not any((of_kind % unit).any() for of_kind in tables)
    return score.at_resolution(TICKS_PER_QUARTER) if unit > 1 and is_exact else score


def cut_out(written: WrittenScore, spans: Sequence[tuple[int, int]]) -> WrittenScore:
    """The score without what begins in the spans of ticks; what is after them moves up."""
    if not spans:
        return written
    spans = sorted(spans)
    starts = [start for start, _ in spans]
    lengths = [0, *accumulate(end - start for start, end in spans)]  # of the spans before each

    def place(tick: int) -> int:
        index = bisect_right(starts, tick) - 1
        return (
            tick
            if index < 0
            else tick - lengths[index] - (min(spans[index][1], tick) - starts[index])
        )

    def is_left(tick: int) -> bool:
        index = bisect_right(starts, tick) - 1
        return index < 0 or tick >= spans[index][1]

    notes = [
        note._replace(start=place(note.start), end=place(note.start) + note.end - note.start)
        for note in written.notes
        if is_left(note.start)
    ]
    return replace(
        written,
        notes=notes,
        bars=[(place(bar[0]), *bar[1:]) for bar in written.bars if is_left(bar[0])],
        tempos={place(at): tempo for at, tempo in written.tempos.items() if is_left(at)},
        keys={place(at): key for at, key in written.keys.items() if is_left(at)},
        pedals=[(place(start), place(end), part) for start, end, part in written.pedals],
        pedal_changes=[(place(start), value, part) for start, value, part in written.pedal_changes],
    )


def join_ties(notes: Iterable[WrittenNote], tracks: Sequence[int]) -> list[list[int]]:
    """Join tied notes of one track into one: rows of start, end, pitch, velocity, part.

    A tie leads to a note on the same key that begins where the first ends and says that a tie
    ends there; of several in a track, to one of the same part, and of the same number.
    """
    rows: list[list[int]] = []
    open_ties: dict[_TiePlace, list[_OpenTie]] = {}
    for (_, pitch, track), group in groupby(
        sorted((note.start, note.pitch, tracks[note.part], note) for note in notes),
        key=lambda row: row[:3],
    ):
        together = [row[3] for row in group]
        waiting = open_ties.get((track, pitch, together[0].start), [])
        if waiting and len(together) > 1:  # the note that a tie fits best comes first
            together.sort(key=lambda note: max(_fit(note, tie) for tie in waiting), reverse=True)
        for note in together:
            row = [note.start, note.end, note.pitch, note.velocity, note.part]
            if waiting and note.tie & TIE_STOP:
                fits = [_fit(note, tie) for tie in waiting]
                row, _ = waiting.pop(fits.index(max(fits)))
                row[1] = max(row[1], note.end)
            else:
                rows.append(row)
            if note.tie & TIE_START:
                open_ties.setdefault((track, pitch, note.end), []).append((row, note.tie_number))
    return rows


def _fit(note: WrittenNote, tie: _OpenTie) -> tuple[bool, bool]:
    """Whether a note is of the part of an open tie, and whether of its number."""
    row, number = tie
    return row[4] == note.part, number == note.tie_number


def phrases(left_out: Mapping[str, int]) -> tuple[str, ...]:
    """What was left out and how often: `2 grace notes`, `1 grace note`, `lyrics`."""
    return tuple(
        f"{count:,} {_singular(thing) if count == 1 else thing}" if thing[0] != "~"
        else thing[1:]
        for thing, count in sorted(item for item in left_out.items() if item[1])
    )  # fmt: skip


def _singular(things: str) -> str:
    """`note without a duration` of `notes without a duration`: the words up to its noun."""
    noun = re.match(r"(?:(?!\w+s\b)[\w-]+ )*\w+(?=s\b)", things)
    return things if noun is None else noun[0] + things[noun.end() + 1 :]


def _tempo_map(tempos: dict[int, float]) -> tuple[float | None, tuple[TempoChange, ...]]:
    """The tempo at the beginning, None if it is not written, and the changes after it."""
    marks = [
        (start, tempo) for start, tempo in sorted(tempos.items()) if MIN_TEMPO <= tempo <= MAX_TEMPO
    ]
    first = marks.pop(0)[1] if marks and marks[0][0] <= 0 else None
    current, changes = first or DEFAULT_TEMPO, []
    for start, tempo in marks:
        if tempo != current:
            changes.append(TempoChange(start, tempo))
            current = tempo
    return first, tuple(changes)


def _keys(keys: dict[int, tuple[int, bool]]) -> tuple[KeySignature, ...]:
    """The key signatures that change something."""
    signatures: list[KeySignature] = []
    for start, (fifths, is_minor) in sorted(keys.items()):
        if not -7 <= fifths <= 7:
            continue
        if signatures and (signatures[-1].fifths, signatures[-1].is_minor) == (fifths, is_minor):
            continue
        signatures.append(KeySignature(start, fifths, is_minor))
    return tuple(signatures)


def _pedals(written: WrittenScore, end: int) -> np.ndarray:
    """Pedal changes: those that are written, and of spans up to the last note's end: (C,)."""
    rows = [
        (start, min(stop, end) - start, part)
        for start, stop, part in sorted(set(written.pedals))
        if min(stop, end) > start
    ]
    changes = np.array(sorted(written.pedal_changes, key=lambda row: row[0]), PEDAL_CHANGE_DTYPE)
    return np.concatenate([changes, pedal_changes(np.array(rows, PEDAL_DTYPE))])
