"""Voices of an ABC tune to a written score: one part a program, repeats with their last ending."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TypeVar

from musicgen.corpus.readers.abc.fields import Metre
from musicgen.corpus.readers.abc.voice import Ending, Voice
from musicgen.corpus.readers.metres import Signature
from musicgen.corpus.readers.written_score import (
    DEFAULT_VELOCITY,
    TIE_START,
    TIE_STOP,
    WrittenNote,
    WrittenScore,
    resolution_for,
    to_ticks,
)
from musicgen.score_fields import Part

Value = TypeVar("Value")
Span = tuple[Fraction, Fraction]  # start and end in quarters


class _Cut:
    """Times of a voice without the endings that another ending follows."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        lengths = (end - start for start, end in spans)
        self._earlier = [Fraction(0), *accumulate(lengths)]  # length of the spans up to each

    def __call__(self, time: Fraction) -> Fraction | None:
        """The time in the score, None if it is left out."""
        if not self._starts:
            return time
        index = bisect_right(self._starts, time)
        if index and time < self._ends[index - 1]:
            return None
        return time - self._earlier[index]


def to_written_score(voices: Sequence[Voice], left_out: Counter[str]) -> WrittenScore:
    """The score of voices. A voice without endings has those of the first voice that has some."""
    voices = [voice for voice in voices if voice.has_music]
    spans = {voice.id: list(_spans_to_skip(voice.endings)) for voice in voices}
    common = next((spans[voice.id] for voice in voices if voice.endings), [])
    cuts = {voice.id: _Cut(spans[voice.id] if voice.endings else common) for voice in voices}
    resolution = resolution_for(
        time.denominator
        for voice in voices
        for note in voice.notes
        for time in (note.start, note.duration)
    )
    written = WrittenScore(resolution, left_out=left_out)
    parts: dict[tuple[str, int, bool], int] = {}
    for track, voice in enumerate(voices):
        cut = cuts[voice.id]
        _add_notes(written, voice, track, cut, parts)
        for time, tempo in _kept(voice.tempos, cut):
            written.tempos.setdefault(to_ticks(time, resolution), tempo)
        for time, key in _kept(voice.keys, cut):
            if key.fifths is not None:
                value = _sounding_fifths(key.fifths, voice.settings.semitones()), key.is_minor
                written.keys.setdefault(to_ticks(time, resolution), value)
    if voices:
        voice = max(voices, key=lambda voice: len(voice.bars))
        changes = {time: metre for other in voices for time, metre in other.metres.items()}
        written.bars = _signatures(voice, changes, cuts[voice.id], resolution)
    return written


def _sounding_fifths(fifths: int, semitones: int) -> int:
    """The key signature of a transposing voice at its sounding pitch, from 7 flats to 7 sharps."""
    sounding = fifths + (7 * semitones + 6) % 12 - 6
    return sounding - 12 if sounding > 7 else sounding + 12 if sounding < -7 else sounding


def _spans_to_skip(endings: Sequence[Ending]) -> Iterator[Span]:
    """The endings that another ending of the same section follows at once."""
    for ending, following in pairwise(endings):
        if ending.end == following.start and following.number > 1:
            yield ending.start, ending.end


def _kept(values: dict[Fraction, Value], cut: _Cut) -> Iterator[tuple[Fraction, Value]]:
    for time, value in sorted(values.items()):
        new_time = cut(time)
        if new_time is not None:
            yield new_time, value


def _add_notes(
    written: WrittenScore,
    voice: Voice,
    track: int,
    cut: _Cut,
    parts: dict[tuple[str, int, bool], int],
) -> None:
    """Add a voice's notes; each of its programs is a part, and all are of one track."""
    for note in voice.notes:
        start = cut(note.start)
        if start is None:
            continue
        key = voice.id, note.program, note.is_drum
        if key not in parts:
            parts[key] = len(written.parts)
            written.parts.append(Part(_name(voice), note.program, note.is_drum, track))
        # A tie leads to a note of the voice that begins on its key where it ends, best of a layer.
        written.notes.append(
            WrittenNote(
                to_ticks(start, written.resolution),
                to_ticks(start + note.duration, written.resolution),
                note.pitch,
                DEFAULT_VELOCITY,
                parts[key],
                TIE_STOP | (TIE_START if note.is_tied else 0),
                note.layer,
            )
        )


def _name(voice: Voice) -> str:
    """The name of a voice; its id if that is more than a number."""
    return voice.settings.name or ("" if voice.id.isdigit() else voice.id)


def _signatures(
    voice: Voice, changes: dict[Fraction, Metre], cut: _Cut, resolution: int
) -> list[Signature]:
    """Start in ticks, numerator and denominator of the bars, without those that are left out.

    changes: of the metre, in whatever voice; those of this voice count where they differ.
    """
    end = max(voice.time, max((n.start + n.duration for n in voice.notes), default=Fraction(0)))
    bars = sorted(voice.bars)
    metres = sorted(({bars[0]: voice.bars[bars[0]]} | changes | voice.metres).items())
    starts = [start for start, _ in metres]
    signatures = []
    for start, stop in pairwise([*bars, end]):
        new_start = cut(start)
        if new_start is not None and stop > start:
            metre = metres[bisect_right(starts, start) - 1][1]
            numerator, denominator = metre or _metre_of_length(stop - start)
            signatures.append((to_ticks(new_start, resolution), numerator, denominator))
    return signatures


def _metre_of_length(quarters: Fraction) -> tuple[int, int]:
    """The metre of a bar in free metre."""
    denominator = max(4, (quarters / 4).denominator)
    return int(quarters * denominator / 4), denominator
