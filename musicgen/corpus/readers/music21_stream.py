"""Streams of music21, parsed from notation texts, to scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import ABC
from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.readers.metres import metres_from_bars
from musicgen.corpus.readers.written_score import Notation, phrases
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import Part

DEFAULT_TEMPO = 120.0  # quarters a minute
DEFAULT_VELOCITY = 80

Span = tuple[int, int]  # start and end in ticks


def parse_stream(text: str, kind: str) -> Any:
    """Parse a text into a music21 stream; kind is ABC of `formats`.

    The sub-converters are called directly: they take only text, so that no text is taken for a
    path or a command, and they write no scratch file or pickle.
    """
    from music21.converter import subConverters  # imported here: it takes a second

    converters = {
        ABC: subConverters.ConverterABC,  # for the bundled tunes alone
    }
    converter = converters[kind]()
    converter.parseData(text)
    return converter.stream


def convert_stream(stream: Any, name: str, limits: Limits = LIMITS) -> Notation:
    """Convert a music21 stream that holds one score; raises UnreadableScore."""
    from music21 import instrument, spanner

    stream = _only_score(stream)
    if any(part.transposition for part in stream[instrument.Instrument]) or stream[spanner.Ottava]:
        stream = stream.toSoundingPitch()
    parts = list(stream.parts) or [stream]
    endings = _endings_to_skip(stream)
    rows: list[tuple[int, ...]] = []
    drums = 0
    for number, part in enumerate(parts):
        program = _program(part)
        for start, duration, pitch, velocity in _join_ties(_written_notes(part)):
            rows.append((start, duration, pitch, velocity, program, number))
        drums += _count_percussion(part)
    check_notes(len(rows), limits)
    table = _cut_out(np.array(rows, np.int64), endings)  # (N, 6)
    check_times(table[:, 0], table[:, 0] + table[:, 1], TICKS_PER_QUARTER, limits)
    notes = np.array([tuple(row) for row in table.tolist()], NOTE_DTYPE)
    tempo = _tempo(stream)
    score = Score(
        notes,
        tempo or DEFAULT_TEMPO,
        metres_from_bars(_bars(parts, endings)),
        name,
        tuple(
            Part(str(part.partName or ""), _program(part), track=number)
            for number, part in enumerate(parts)
        ),
    )
    return Notation(score, tempo, phrases(Counter({"drum notes": drums})))


def _only_score(stream: Any) -> Any:
    """The single score of a parsed stream; raises UnreadableScore if there are several."""
    from music21 import stream as streams

    if not isinstance(stream, streams.Opus):
        return stream
    if len(stream.scores) != 1:
        raise UnreadableScore(f"it holds {len(stream.scores)} scores, and one is wanted")
    return stream.scores[0]


def _cut_out(table: np.ndarray, spans: list[Span]) -> np.ndarray:
    """Remove the rows (N, 6) that start within the spans and move the later ones up."""
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


def _count_percussion(part: Any) -> int:
    from music21 import note, percussion

    return len(part[note.Unpitched]) + len(part[percussion.PercussionChord])


def _program(part: Any) -> int:
    instrument = part.getInstrument(returnDefault=True)
    return min(127, max(0, int(instrument.midiProgram or 0)))


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


def _bars(parts: list[Any], skipped: list[Span]) -> list[tuple[int, int, int]]:
    """Start in ticks, numerator and denominator of the written bars, without skipped ones."""
    from music21 import meter, stream

    measures = max((list(part[stream.Measure]) for part in parts), key=len)
    if not measures:
        return _signatures(parts[0])
    bars, signature = [], (4, 4)
    for measure in measures:
        for mark in measure[meter.TimeSignature]:
            signature = (mark.numerator, mark.denominator)
        start = _ticks(measure.offset)
        if not any(first <= start < last for first, last in skipped):
            bars.append((int(_shift_left(np.array([start]), skipped)[0]), *signature))
    return bars


def _signatures(part: Any) -> list[tuple[int, int, int]]:
    """Time signatures of a part without bars, as for `_bars`."""
    from music21 import meter

    signatures = [
        (_ticks(mark.offset), mark.numerator, mark.denominator)
        for mark in part.flatten()[meter.TimeSignature]
    ]
    return signatures or [(0, 4, 4)]
