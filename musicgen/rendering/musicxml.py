"""Score to notation: MusicXML, written by music21."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.bars import Bar, NotatedChord, notated_chords, written_bars
from musicgen.rendering.midi import midi_tracks
from musicgen.rendering.note_names import key_signature, spell
from musicgen.rendering.voices import MIDDLE_C, split_duration, split_staves
from musicgen.score import Score


def musicxml_bytes(score: Score, title: str = "") -> bytes:
    """Contents of a MusicXML file: metres, pickup, key signature from analysis, voices, ties.

    title: the score's name by default. A track with both hands of a keyboard has two staves.
    The file has the same notes as that of `midi_bytes`.
    """
    from music21.musicxml.m21ToXml import GeneralObjectExporter  # half a second

    exporter = GeneralObjectExporter(_music21_score(score, title or score.name))
    exporter.makeNotation = False  # bars, voices, ties and beams are complete
    return bytes(exporter.parse())


def _music21_score(score: Score, title: str) -> Any:
    from music21 import layout, metadata, stream, tempo

    whole = stream.Score()
    # A blank composer: music21 would write its own name.
    whole.insert(0, metadata.Metadata(title=title or None, composer=" "))
    bars, sharps = written_bars(score), key_signature(score) or 0
    tracks = midi_tracks(score) or [("", score.notes)]
    for number, (name, notes) in enumerate(tracks, 1):
        staves = _staves(notes, bars, sharps)
        staves[0].insert(0, _instrument(name, number, notes))
        for staff in staves:
            staff.partName = name
            whole.insert(0, staff)
        if len(staves) > 1:
            whole.insert(0, layout.StaffGroup(staves, name=name, symbol="brace"))
    mark = tempo.MetronomeMark(number=round(score.tempo, 2))
    whole[stream.Measure].first().insert(0, mark)
    return whole


def _staves(notes: np.ndarray, bars: Sequence[Bar], sharps: int) -> list[Any]:
    """One music21 part for every staff of a track."""
    from music21 import stream

    notes_by_staff = split_staves(notes)
    kind = stream.PartStaff if len(notes_by_staff) > 1 else stream.Part
    staves = [kind() for _ in notes_by_staff]
    for staff, staff_notes in zip(staves, notes_by_staff, strict=True):
        _add_measures(staff, staff_notes, bars, sharps)
    return staves


def _instrument(name: str, number: int, notes: np.ndarray) -> Any:
    """Instrument of a track. Its identifiers are not random, so equal scores are equal files."""
    from music21 import instrument

    player = instrument.Instrument(name)
    player.partId, player.instrumentId = f"P{number}", f"P{number}-I1"
    player.midiProgram = int(notes["program"][0]) if len(notes) else 0
    return player


def _add_measures(staff: Any, notes: np.ndarray, bars: Sequence[Bar], sharps: int) -> None:
    """Add the bars of a staff, with clef, signatures, accidentals and beams."""
    from music21 import clef, key, meter, stream
    from music21.stream.makeNotation import makeAccidentalsInMeasureStream, makeBeams

    for index, (bar, voices) in enumerate(zip(bars, notated_chords(notes, bars), strict=True)):
        measure = stream.Measure(number=bar.number)
        if index == 0:
            is_treble = not len(notes) or notes["pitch"].mean() >= MIDDLE_C
            measure.insert(0, clef.TrebleClef() if is_treble else clef.BassClef())
            measure.insert(0, key.KeySignature(sharps))
        if bar.number == 0:
            measure.paddingLeft = _quarters(bar.padding)
            measure.showNumber = stream.enums.ShowNumber.NEVER
        if bar.changes_metre:
            measure.insert(0, meter.TimeSignature(str(bar.metre)))
        _add_voices(measure, bar, list(voices.values()), sharps)
        staff.insert(_quarters(bar.start), measure)
    measure.rightBarline = "final"
    makeAccidentalsInMeasureStream(staff)
    makeBeams(staff, inPlace=True, setStemDirections=False)  # stems follow the voice


def _add_voices(measure: Any, bar: Bar, voices: list[list[NotatedChord]], sharps: int) -> None:
    """Add the voices of a bar, filled with rests; an empty bar gets one rest.

    Rests are printed in the voice that sounds longest and hidden in the others.
    """
    from music21 import stream

    high_to_low = sorted(voices, key=_mean_pitch, reverse=True) or [[]]
    fullest = max(range(len(high_to_low)), key=lambda index: _ticks(high_to_low[index]))
    for number, chords in enumerate(high_to_low):
        target = measure if len(high_to_low) < 2 else stream.Voice(id=str(number + 1))
        hidden, now = number != fullest, 0
        for chord in chords:
            _add_rests(target, now, chord.offset, bar, hidden)
            target.insert(_quarters(chord.offset), _note_or_chord(chord, sharps))
            now = chord.offset + chord.ticks
        _add_rests(target, now, bar.stop - bar.start, bar, hidden)
        if target is not measure:
            measure.insert(0, target)


def _mean_pitch(chords: Sequence[NotatedChord]) -> float:
    return float(np.mean([pitch for chord in chords for pitch in chord.chord.pitches]))


def _ticks(chords: Sequence[NotatedChord]) -> int:
    return sum(chord.ticks for chord in chords)


def _add_rests(target: Any, start: int, stop: int, bar: Bar, hidden: bool) -> None:
    """Fill a time, in ticks from the start of the bar, with rests."""
    from music21 import note

    for offset, ticks in split_duration(start, stop - start, bar.beat):
        rest = note.Rest(quarterLength=_quarters(ticks))
        rest.style.hideObjectOnPrint = hidden
        target.insert(_quarters(offset), rest)


def _note_or_chord(notated: NotatedChord, sharps: int) -> Any:
    """music21 note, or chord of several notes, spelled under a key signature."""
    from music21 import chord, note, pitch, tie

    notes = []
    for key, velocity in zip(notated.chord.pitches, notated.chord.velocities, strict=True):
        letter, alteration, octave = spell(key, sharps)
        name = pitch.Pitch(step=letter, octave=octave, accidental=alteration or None)
        single = note.Note(name, quarterLength=_quarters(notated.ticks))
        single.volume.velocity = velocity
        if notated.tie:
            single.tie = tie.Tie(notated.tie)
        notes.append(single)
    if len(notes) == 1:
        return notes[0]
    together = chord.Chord(notes, quarterLength=_quarters(notated.ticks))
    together.volume.velocity = max(notated.chord.velocities)  # MusicXML has one for a chord
    return together


def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS_PER_QUARTER)
