"""Notation (MusicXML, ABC, Humdrum) into scores, through music21.

What is written is read as written: a repeated section once, with its last ending; grace
notes, which have no time of their own, and chord symbols are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import ABC, HUMDRUM, MUSICXML
from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.readers.metres import metres_from_bars
from musicgen.score import NOTE_DTYPE, TICKS_PER_QUARTER, Score

DEFAULT_TEMPO = 120.0
DEFAULT_VELOCITY = 80


@dataclass(frozen=True)
class Notation:
    """A score with what only notation tells."""

    score: Score
    parts: tuple[str, ...]  # names, by part number
    tempo: float | None  # quarters a minute, where it is written
    drums: int  # notes of percussion, left out


def parse_notation(text: str, kind: str) -> Any:
    """A music21 stream from the text of a file; kind is MusicXML, ABC or Humdrum of formats.

    The sub-converters are called directly: they take text alone, so nothing of the caller's
    is ever taken for a path or a command, and no scratch file or pickle is written.
    """
    from music21.converter import subConverters  # costs a second: only where needed

    converters = {
        MUSICXML: subConverters.ConverterMusicXML,
        ABC: subConverters.ConverterABC,
        HUMDRUM: subConverters.ConverterHumdrum,
    }
    converter = converters[kind]()
    converter.parseData(text)
    return converter.stream


def score_of(stream: Any, name: str, limits: Limits = LIMITS) -> Notation:
    """The notes, metres and tempo of one music21 score; UnreadableScore beyond the limits."""
    from music21 import instrument, spanner

    stream = _only(stream)
    if any(part.transposition for part in stream[instrument.Instrument]) or stream[spanner.Ottava]:
        stream = stream.toSoundingPitch()
    parts = list(stream.parts) or [stream]
    endings = _endings_to_skip(stream)
    rows: list[tuple[int, ...]] = []
    drums = 0
    for number, part in enumerate(parts):
        program = _program(part)
        for start, duration, pitch, velocity in _joined(_sounds(part)):
            rows.append((start, duration, pitch, velocity, program, number))
        drums += _percussion(part)
    check_notes(len(rows), drums, limits)
    table = _without(np.array(rows, np.int64), endings)  # (N, 6)
    check_times(table[:, 0], table[:, 0] + table[:, 1], TICKS_PER_QUARTER, limits)
    notes = np.array([tuple(row) for row in table.tolist()], NOTE_DTYPE)
    tempo = _tempo(stream)
    score = Score(notes, tempo or DEFAULT_TEMPO, metres_from_bars(_bars(parts, endings)), name)
    return Notation(score, tuple(str(part.partName or "") for part in parts), tempo, drums)


def _only(stream: Any) -> Any:
    """The one score of what was parsed."""
    from music21 import stream as streams

    if not isinstance(stream, streams.Opus):
        return stream
    if len(stream.scores) != 1:
        raise UnreadableScore(f"it holds {len(stream.scores)} scores, and one is wanted")
    return stream.scores[0]


def _without(table: np.ndarray, spans: list[tuple[int, int]]) -> np.ndarray:
    """Rows (N, 6) that do not start within the spans, the later ones moved up."""
    kept = np.ones(len(table), dtype=bool)
    for start, end in spans:
        kept &= (table[:, 0] < start) | (table[:, 0] >= end)
    table = table[kept]
    table[:, 0] = _moved(table[:, 0], spans)
    return table


def _ticks(quarters: Any) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _sounds(part: Any) -> Iterable[tuple[int, int, int, int, str]]:
    """(start, end, pitch, velocity, tie) of every note of a part, in order of start."""
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


def _joined(sounds: Iterable[tuple[int, int, int, int, str]]) -> list[list[int]]:
    """[start, duration, pitch, velocity] with tied notes as one."""
    notes: list[list[int]] = []
    tied: dict[tuple[int, int], list[int]] = {}  # (pitch, end) of a note that goes on
    for start, end, pitch, velocity, tie in sounds:
        before = tied.pop((pitch, start), None) if tie in ("stop", "continue") else None
        if before is None:
            before = [start, end - start, pitch, velocity]
            notes.append(before)
        else:
            before[1] = end - before[0]
        if tie in ("start", "continue"):
            tied[pitch, end] = before
    return notes


def _percussion(part: Any) -> int:
    from music21 import note, percussion

    return len(part[note.Unpitched]) + len(part[percussion.PercussionChord])


def _program(part: Any) -> int:
    played = part.getInstrument(returnDefault=True)
    return min(127, max(0, int(played.midiProgram or 0)))


def _tempo(stream: Any) -> float | None:
    """Quarters a minute of the first metronome mark that says a number."""
    from music21 import tempo

    for mark in stream[tempo.MetronomeMark]:
        quarters = mark.getQuarterBPM()
        if quarters and 4 <= quarters <= 1000:
            return round(float(quarters), 2)
    return None


def _endings_to_skip(stream: Any) -> list[tuple[int, int]]:
    """Spans (ticks) of every ending that another ending follows at once."""
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


def _moved(starts: np.ndarray, skipped: list[tuple[int, int]]) -> np.ndarray:
    """Ticks moved to the left by all that is skipped before them."""
    earlier = np.zeros(len(starts), dtype=np.int64)
    for start, end in skipped:
        earlier += np.where(starts >= end, end - start, 0)
    return starts - earlier


def _bars(parts: list[Any], skipped: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(start in ticks, numerator, denominator) of every written bar."""
    from music21 import meter, stream

    measures = max((list(part[stream.Measure]) for part in parts), key=len)
    if not measures:
        return _changes(parts[0])
    bars, now = [], (4, 4)
    for measure in measures:
        for signature in measure[meter.TimeSignature]:
            now = (signature.numerator, signature.denominator)
        start = _ticks(measure.offset)
        if not any(first <= start < last for first, last in skipped):
            bars.append((int(_moved(np.array([start]), skipped)[0]), *now))
    return bars


def _changes(part: Any) -> list[tuple[int, int, int]]:
    """The time signatures of a part without bars."""
    from music21 import meter

    changes = [
        (_ticks(each.offset), each.numerator, each.denominator)
        for each in part.flatten()[meter.TimeSignature]
    ]
    return changes or [(0, 4, 4)]
