"""A score in notation: MusicXML through music21."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from musicgen.rendering.midi import tracks_of
from musicgen.rendering.spelling import spelled
from musicgen.rendering.voices import MIDDLE_C, Chord, note_values, staves, voices
from musicgen.rendering.words import TICKS_PER_WHOLE, first_bar_number
from musicgen.score import TICKS_PER_QUARTER, Metre, Score


@dataclass(frozen=True)
class Bar:
    """A bar as it is written."""

    number: int  # 0 is a pickup
    start: int  # ticks
    stop: int  # ticks
    metre: Metre
    changes: bool  # the time signature is written here

    @property
    def beat(self) -> int:
        return TICKS_PER_WHOLE // self.metre.denominator

    @property
    def padding(self) -> int:
        """Ticks by which a pickup is shorter than a full bar."""
        return max(0, self.metre.ticks_per_bar - (self.stop - self.start)) * (self.number == 0)


@dataclass(frozen=True)
class Stroke:
    """What is written of a chord in one bar with one note value."""

    offset: int  # ticks from the beginning of the bar
    ticks: int
    chord: Chord
    tie: str  # start, continue, stop or ""


def musicxml_bytes(score: Score, title: str = "") -> bytes:
    """The score as MusicXML: metres, pickup, a key signature found by analysis, voices, ties.

    title: the score's own name where not given. A track with both hands of a keyboard is
    written on two staves. Reading it gives the same notes, as long as MIDI can hold them (see
    `midi_bytes`).
    """
    from music21.musicxml.m21ToXml import GeneralObjectExporter  # costs half a second

    exporter = GeneralObjectExporter(_stream_of(score, title or score.name))
    exporter.makeNotation = False  # all is laid out already
    return bytes(exporter.parse())


def bars_of(score: Score) -> list[Bar]:
    """The bars that hold music; one empty bar where there is none."""
    lines = score.bar_lines().tolist()
    starts = [line for line in lines if line < score.end] or lines[:1]
    metres = {metre.start: metre for metre in score.metres}
    first = first_bar_number(score)
    metre, bars = score.metres[0], []
    for index, start in enumerate(starts):
        changes = start in metres
        metre = metres.get(start, metre)
        length = metre.ticks_per_bar
        stop = lines[index + 1] if index + 1 < len(lines) else start + length
        if index == 0 and first == 0:
            metre = score.metres[1]  # a pickup is written in the metre that it leads to
        elif index == 1 and first == 0:
            changes = False
        bars.append(Bar(index + first, start, stop, metre, changes))
    return bars


def _stream_of(score: Score, title: str) -> Any:
    from music21 import instrument, layout, metadata, stream, tempo

    whole, bars = stream.Score(), bars_of(score)
    # An empty composer, for otherwise music21 signs as one.
    whole.insert(0, metadata.Metadata(title=title or None, composer=" "))
    sharps = _sharps(score)
    for number, (name, notes) in enumerate(tracks_of(score) or [("", score.notes)], 1):
        written = staves(notes)
        parts = []
        for these in written:
            part = stream.PartStaff() if len(written) > 1 else stream.Part()
            part.partName = name
            _fill(part, these, bars, sharps)
            parts.append(part)
            whole.insert(0, part)
        player = instrument.Instrument(name)
        player.partId, player.instrumentId = f"P{number}", f"P{number}-I1"
        player.midiProgram = int(notes["program"][0]) if len(notes) else 0
        parts[0].insert(0, player)
        if number == 1:
            mark = tempo.MetronomeMark(number=round(score.tempo, 2))
            parts[0][stream.Measure].first().insert(0, mark)
        if len(parts) > 1:
            whole.insert(0, layout.StaffGroup(parts, name=name, symbol="brace"))
    return whole


def _sharps(score: Score) -> int:
    """Sharps of the key signature (flats are negative), by music21's key analysis."""
    from music21 import note, stream

    if not len(score):
        return 0
    flat = stream.Stream()
    for pitch, duration in score.notes[["pitch", "duration"]].tolist():
        flat.append(note.Note(pitch, quarterLength=duration / TICKS_PER_QUARTER))
    return int(flat.analyze("key").sharps)


def _fill(part: Any, notes: np.ndarray, bars: Sequence[Bar], sharps: int) -> None:
    """Write notes into the measures of a part."""
    from music21 import clef, key, meter, stream
    from music21.stream.makeNotation import makeAccidentalsInMeasureStream, makeBeams

    written = _strokes(notes, bars)
    for index, bar in enumerate(bars):
        measure = stream.Measure(number=bar.number)
        if index == 0:
            treble = not len(notes) or notes["pitch"].mean() >= MIDDLE_C
            measure.insert(0, clef.TrebleClef() if treble else clef.BassClef())
            measure.insert(0, key.KeySignature(sharps))
        if bar.number == 0:
            measure.paddingLeft = _quarters(bar.padding)
            measure.showNumber = stream.enums.ShowNumber.NEVER
        if bar.changes:
            measure.insert(0, meter.TimeSignature(str(bar.metre)))
        _write(measure, bar, written[index], sharps)
        part.insert(_quarters(bar.start), measure)
    measure.rightBarline = "final"
    makeAccidentalsInMeasureStream(part)
    makeBeams(part, inPlace=True, setStemDirections=False)  # a voice has its own direction


def _strokes(notes: np.ndarray, bars: Sequence[Bar]) -> list[dict[int, list[Stroke]]]:
    """For each bar, what each voice has in it."""
    starts = np.array([bar.start for bar in bars])
    written: list[dict[int, list[Stroke]]] = [defaultdict(list) for _ in bars]
    for voice, chords in enumerate(voices(notes)):
        for chord in chords:
            first = int(np.searchsorted(starts, chord.start, side="right")) - 1
            pieces = list(_pieces(chord, first, bars))
            for index, (bar, offset, ticks) in enumerate(pieces):
                tie = ("start", "continue", "stop")[(index > 0) + (index == len(pieces) - 1)]
                tie = tie if len(pieces) > 1 else ""
                written[bar][voice].append(Stroke(offset, ticks, chord, tie))
    return written


def _pieces(chord: Chord, bar: int, bars: Sequence[Bar]) -> Iterator[tuple[int, int, int]]:
    """(bar, offset, ticks) of the tied notes that a chord is written with."""
    start = chord.start
    while start < chord.end:
        here = bars[bar]
        stop = min(chord.end, here.stop)
        for offset, ticks in note_values(start - here.start, stop - start, here.beat):
            yield bar, offset, ticks
        start, bar = stop, bar + 1


def _write(measure: Any, bar: Bar, by_voice: dict[int, list[Stroke]], sharps: int) -> None:
    """Put the voices of a bar into a measure, with rests; an empty bar gets one rest."""
    from music21 import stream

    from_high_to_low = sorted(by_voice.values(), key=_height, reverse=True) or [[]]
    fullest = max(range(len(from_high_to_low)), key=lambda index: _ticks(from_high_to_low[index]))
    for number, strokes in enumerate(from_high_to_low):
        target = measure if len(by_voice) < 2 else stream.Voice(id=str(number + 1))
        at = 0
        for stroke in strokes:
            _rest(target, at, stroke.offset, bar, hidden=number != fullest)
            target.insert(_quarters(stroke.offset), _sound(stroke, sharps))
            at = stroke.offset + stroke.ticks
        _rest(target, at, bar.stop - bar.start, bar, hidden=number != fullest)
        if target is not measure:
            measure.insert(0, target)


def _height(strokes: Sequence[Stroke]) -> float:
    """The mean pitch of what one voice has in a bar."""
    return float(np.mean([pitch for stroke in strokes for pitch in stroke.chord.pitches]))


def _ticks(strokes: Sequence[Stroke]) -> int:
    return sum(stroke.ticks for stroke in strokes)


def _rest(target: Any, start: int, stop: int, bar: Bar, hidden: bool) -> None:
    from music21 import note

    for offset, ticks in note_values(start, stop - start, bar.beat):
        rest = note.Rest(quarterLength=_quarters(ticks))
        rest.style.hideObjectOnPrint = hidden
        target.insert(_quarters(offset), rest)


def _sound(stroke: Stroke, sharps: int) -> Any:
    from music21 import chord, note, pitch, tie

    sounds = []
    for key, velocity in zip(stroke.chord.pitches, stroke.chord.velocities, strict=True):
        letter, alteration, octave = spelled(key, sharps)
        name = pitch.Pitch(step=letter, octave=octave, accidental=alteration or None)
        sound = note.Note(name, quarterLength=_quarters(stroke.ticks))
        sound.volume.velocity = velocity
        if stroke.tie:
            sound.tie = tie.Tie(stroke.tie)
        sounds.append(sound)
    if len(sounds) == 1:
        return sounds[0]
    together = chord.Chord(sounds, quarterLength=_quarters(stroke.ticks))
    together.volume.velocity = max(stroke.chord.velocities)  # MusicXML knows one a chord
    return together


def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS_PER_QUARTER)
