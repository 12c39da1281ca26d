"""ABC tunes as music21 reads them: the reading that the bundled tunes are built from.

The collection keeps its bytes, on which models and published figures rest. The reader of ABC reads
a quarter of its tunes otherwise: music21 leaves out broken rhythm beside decorations, and its
accidentals hold in one octave.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from musicgen.corpus.readers.metres import metres_from_bars
from musicgen.corpus.readers.written_score import DEFAULT_TEMPO, DEFAULT_VELOCITY, Notation
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score

Span = tuple[int, int]  # start and end in ticks


def read_with_music21(text: str, name: str) -> Notation:
    """Read an ABC text of one tune in one part."""
    from music21.converter.subConverters import ConverterABC  # imported here: it takes a second

    converter = ConverterABC()
    converter.parseData(text)
    stream = converter.stream
    [part] = stream.parts
    endings = _endings_to_skip(stream)
    table = _cut_out(np.array(_join_ties(_written_notes(part)), np.int64), endings)  # (N, 4)
    notes = np.zeros(len(table), NOTE_DTYPE)
    for column, field in enumerate(("start", "duration", "pitch", "velocity")):
        notes[field] = table[:, column]
    tempo = _tempo(stream)
    metres = metres_from_bars(_bars(part, endings))
    return Notation(Score(notes, tempo or DEFAULT_TEMPO, metres, name), tempo)


def _cut_out(table: np.ndarray, spans: list[Span]) -> np.ndarray:
    """Remove the rows (N, 4) that start within the spans and shift the later ones to the left."""
    outside = np.ones(len(table), dtype=bool)
    for start, end in spans:
        outside &= (table[:, 0] < start) | (table[:, 0] >= end)
    table = table[outside]
    table[:, 0] = _shift_left(table[:, 0], spans)
    return table


def _ticks(quarters: Any) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _written_notes(part: Any) -> Iterable[tuple[int, int, int, int, str]]:
    """Start, end, pitch, velocity and tie type of a part's notes, in order of start."""
    from music21 import chord, harmony, note

    for element in part.flatten().notes:
        if element.duration.quarterLength == 0 or isinstance(element, harmony.Harmony):
            continue
        start = _ticks(element.offset)
        end = max(start + 1, _ticks(element.offset + element.duration.quarterLength))
        members = element.notes if isinstance(element, chord.ChordBase) else (element,)
        for member in members:
            if isinstance(member, note.Note):
                velocity = member.volume.velocity or element.volume.velocity or DEFAULT_VELOCITY
                tie = (member.tie or element.tie) and (member.tie or element.tie).type
                yield start, end, member.pitch.midi, min(127, max(1, int(velocity))), tie or ""


def _join_ties(notes: Iterable[tuple[int, int, int, int, str]]) -> list[list[int]]:
    """Join tied notes into one: rows of start, duration, pitch, velocity."""
    rows: list[list[int]] = []
    open_ties: dict[tuple[int, int], list[int]] = {}  # (pitch, end) -> row
    for start, end, pitch, velocity, tie in notes:
        row = open_ties.pop((pitch, start), None) if tie in ("stop", "continue") else None
        if row is None:
            row = [start, end - start, pitch, velocity]
            rows.append(row)
        else:
            row[1] = end - row[0]
        if tie in ("start", "continue"):
            open_ties[pitch, end] = row
    return rows


def _tempo(stream: Any) -> float | None:
    """The first metronome mark with a number, in quarters a minute."""
    from music21 import tempo

    for mark in stream[tempo.MetronomeMark]:
        quarters = mark.getQuarterBPM()
        if quarters and 4 <= quarters <= 1000:
            return round(float(quarters), 2)
    return None


def _endings_to_skip(stream: Any) -> list[Span]:
    """Spans of all endings but the last of a repeat, those that another ending follows."""
    from music21 import spanner

    spans = set()
    for bracket in stream[spanner.RepeatBracket]:
        measures = bracket.getSpannedElements()
        if measures:
            first, last = measures[0], measures[-1]
            end = last.getOffsetInHierarchy(stream) + last.duration.quarterLength
            spans.add((_ticks(first.getOffsetInHierarchy(stream)), _ticks(end)))
    starts = {start for start, _ in spans}
    return sorted((start, end) for start, end in spans if end in starts and end > start)


def _shift_left(ticks: np.ndarray, skipped: list[Span]) -> np.ndarray:
    """Subtract from each tick the length of all skipped spans before it: (N,) -> (N,)."""
    earlier = np.zeros(len(ticks), dtype=np.int64)
    for start, end in skipped:
        earlier += np.where(ticks >= end, end - start, 0)
    return ticks - earlier


def _bars(part: Any, skipped: list[Span]) -> list[tuple[int, int, int]]:
    """Start in ticks, numerator and denominator of the written bars, without skipped ones."""
    from music21 import meter, stream

    bars, signature = [], (4, 4)
    for measure in part[stream.Measure] or [part]:
        for mark in measure[meter.TimeSignature]:
            signature = (mark.numerator, mark.denominator)
        start = _ticks(measure.offset)
        if not any(first <= start < last for first, last in skipped):
            bars.append((int(_shift_left(np.array([start]), skipped)[0]), *signature))
    return bars
