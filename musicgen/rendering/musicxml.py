"""A score in notation: MusicXML through music21."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from musicgen.rendering.bars import Bar, NotatedChord, notated_chords, written_bars
from musicgen.rendering.midi import midi_tracks
from musicgen.rendering.note_names import key_signature
from musicgen.rendering.spelling import spell
from musicgen.rendering.voices import MIDDLE_C, split_duration, split_staves
from musicgen.score import TICKS_PER_QUARTER, Score


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


def _stream_of(score: Score, title: str) -> Any:
    from music21 import layout, metadata, stream, tempo

    whole = stream.Score()
    # An empty composer, for otherwise music21 signs as one.
    whole.insert(0, metadata.Metadata(title=title or None, composer=" "))
    bars, sharps = written_bars(score), key_signature(score) or 0
    tracks = midi_tracks(score) or [("", score.notes)]
    for number, (name, notes) in enumerate(tracks, 1):
        parts = _parts(notes, bars, sharps)
        parts[0].insert(0, _player(name, number, notes))
        for part in parts:
            part.partName = name
            whole.insert(0, part)
        if len(parts) > 1:
            whole.insert(0, layout.StaffGroup(parts, name=name, symbol="brace"))
    mark = tempo.MetronomeMark(number=round(score.tempo, 2))
    whole[stream.Measure].first().insert(0, mark)
    return whole


def _parts(notes: np.ndarray, bars: Sequence[Bar], sharps: int) -> list[Any]:
    """One track as music21 parts: one for each staff."""
    from music21 import stream

    written = split_staves(notes)
    parts = [stream.PartStaff() if len(written) > 1 else stream.Part() for _ in written]
    for part, these in zip(parts, written, strict=True):
        _fill(part, these, bars, sharps)
    return parts


def _player(name: str, number: int, notes: np.ndarray) -> Any:
    """The instrument of a track; its names are numbers, so that the same score stays the same."""
    from music21 import instrument

    player = instrument.Instrument(name)
    player.partId, player.instrumentId = f"P{number}", f"P{number}-I1"
    player.midiProgram = int(notes["program"][0]) if len(notes) else 0
    return player


def _fill(part: Any, notes: np.ndarray, bars: Sequence[Bar], sharps: int) -> None:
    """Write notes into the measures of a part."""
    from music21 import clef, key, meter, stream
    from music21.stream.makeNotation import makeAccidentalsInMeasureStream, makeBeams

    written = notated_chords(notes, bars)
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


def _write(measure: Any, bar: Bar, by_voice: dict[int, list[NotatedChord]], sharps: int) -> None:
    """Put the voices of a bar into a measure, with rests; an empty bar gets one rest."""
    from music21 import stream

    from_high_to_low = sorted(by_voice.values(), key=_height, reverse=True) or [[]]
    fullest = max(range(len(from_high_to_low)), key=lambda index: _ticks(from_high_to_low[index]))
    for number, voice in enumerate(from_high_to_low):
        target = measure if len(by_voice) < 2 else stream.Voice(id=str(number + 1))
        at = 0
        for stroke in voice:
            _rest(target, at, stroke.offset, bar, hidden=number != fullest)
            target.insert(_quarters(stroke.offset), _sound(stroke, sharps))
            at = stroke.offset + stroke.ticks
        _rest(target, at, bar.stop - bar.start, bar, hidden=number != fullest)
        if target is not measure:
            measure.insert(0, target)


def _height(notated_chords: Sequence[NotatedChord]) -> float:
    """The mean pitch of what one voice has in a bar."""
    return float(np.mean([pitch for stroke in notated_chords for pitch in stroke.chord.pitches]))


def _ticks(notated_chords: Sequence[NotatedChord]) -> int:
    return sum(stroke.ticks for stroke in notated_chords)


def _rest(target: Any, start: int, stop: int, bar: Bar, hidden: bool) -> None:
    from music21 import note

    for offset, ticks in split_duration(start, stop - start, bar.beat):
        rest = note.Rest(quarterLength=_quarters(ticks))
        rest.style.hideObjectOnPrint = hidden
        target.insert(_quarters(offset), rest)


def _sound(stroke: NotatedChord, sharps: int) -> Any:
    from music21 import chord, note, pitch, tie

    sounds = []
    for key, velocity in zip(stroke.chord.pitches, stroke.chord.velocities, strict=True):
        letter, alteration, octave = spell(key, sharps)
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
