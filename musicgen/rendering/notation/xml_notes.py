"""Notes and rests as elements of MusicXML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from musicgen.rendering.notation.bars import NotatedChord, Voices
from musicgen.rendering.notation.note_values import NoteValue
from musicgen.rendering.notation.percussion import drum_place, is_pedal
from musicgen.rendering.notation.spelling import BarAccidentals, Spelling
from musicgen.rendering.notation.tuplets.tuplet import Ticks

_VELOCITY_OF_FULL_DYNAMICS = 90  # MusicXML's dynamics are a percentage of it

Signs = Mapping[tuple[int, int], str]  # accidental by identity of a chord and pitch


@dataclass(frozen=True)
class Place:
    """Where notes are written: the attributes that all notes of a voice in a bar share."""

    part: str  # identifier of the part
    voice: int
    staff: int  # 0 if the part has one staff
    is_drum: bool
    tie_number: int = 0  # of ties; distinguishes those of one key at a time
    parts: int = 1  # of a tick of the grid, in which durations are written


@dataclass(frozen=True)
class Figure:
    """Beams and the bracket of a chord or rest."""

    beams: Sequence[str] = ()
    tuplet: str = ""


def bar_accidentals(voices: Voices, sharps: int, spelling: Spelling) -> Signs:
    """Accidentals to print in a bar of a staff: those that do not hold already."""
    state, signs = BarAccidentals(sharps), {}
    chords = [chord for voice in voices.values() for chord in voice]
    for chord in sorted(chords, key=lambda chord: chord.offset):
        is_tied = chord.tie in ("continue", "stop")
        for pitch in chord.chord.pitches:
            sign = state.printed(*spelling.spell(pitch, chord.chord.start), is_tied)
            if sign:
                signs[id(chord), pitch] = sign
    return signs


def chord_elements(
    chord: NotatedChord, spelling: Spelling, signs: Signs, place: Place, figure: Figure
) -> list[Element]:
    """Elements of a chord: one for each note, from the lowest up."""
    elements = []
    for number, (pitch, velocity) in enumerate(
        zip(chord.chord.pitches, chord.chord.velocities, strict=True)
    ):
        dynamics = math.ceil(velocity * 10_000 / _VELOCITY_OF_FULL_DYNAMICS) / 100
        note = Element("note", dynamics=f"{dynamics:g}")
        if number:
            SubElement(note, "chord")
        if place.is_drum:
            _add_unpitched(note, pitch)
        else:
            _add_pitch(note, *spelling.spell(pitch, chord.chord.start))
        _add_timing(note, chord, place, pitch, signs.get((id(chord), pitch), ""))
        if place.is_drum:
            _add(note, "stem", "down" if is_pedal(pitch) else "up")
            _add(note, "notehead", drum_place(pitch).head)
        _add_figure(note, place, figure if not number else Figure(), chord.tie)
        elements.append(note)
    return elements


def rest_element(
    ticks: Ticks, value: NoteValue, place: Place, figure: Figure, is_hidden: bool
) -> Element:
    """A rest of one note value."""
    note = Element("note", {"print-object": "no"} if is_hidden else {})
    SubElement(note, "rest")
    _add(note, "duration", duration_text(ticks, place.parts))
    _add(note, "voice", str(place.voice))
    _add_value(note, value, "")
    _add_figure(note, place, figure, "")
    return note


def bar_rest_element(ticks: int, place: Place) -> Element:
    """The rest of a whole bar."""
    note = Element("note")
    SubElement(note, "rest", measure="yes")
    _add(note, "duration", duration_text(ticks, place.parts))
    _add(note, "voice", str(place.voice))
    if place.staff:
        _add(note, "staff", str(place.staff))
    return note


def duration_text(ticks: Ticks, parts: int) -> str:
    """Ticks of the grid as a file has them, in parts of a tick."""
    return str(int(ticks * parts))


def instrument_id(part: str, pitch: int, is_drum: bool) -> str:
    """Identifier of the instrument of a note; each percussion key has one."""
    return f"{part}-I{pitch + 1}" if is_drum else f"{part}-I1"


def _add_pitch(note: Element, letter: str, alteration: int, octave: int) -> None:
    element = SubElement(note, "pitch")
    _add(element, "step", letter)
    if alteration:
        _add(element, "alter", str(alteration))
    _add(element, "octave", str(octave))


def _add_unpitched(note: Element, key: int) -> None:
    element, place = SubElement(note, "unpitched"), drum_place(key)
    _add(element, "display-step", place.step)
    _add(element, "display-octave", str(place.octave))


def _add_timing(
    note: Element, chord: NotatedChord, place: Place, pitch: int, accidental: str
) -> None:
    """Duration, ties, instrument, voice, note value and accidental."""
    _add(note, "duration", duration_text(chord.ticks, place.parts))
    for tie in _tie_ends(chord.tie):
        SubElement(note, "tie", type=tie)
    if place.is_drum:
        SubElement(note, "instrument", id=instrument_id(place.part, pitch, True))
    _add(note, "voice", str(place.voice))
    _add_value(note, chord.value, accidental)


def _add_value(note: Element, value: NoteValue, accidental: str) -> None:
    _add(note, "type", value.name)
    if value.is_dotted:
        SubElement(note, "dot")
    if accidental:
        _add(note, "accidental", accidental)
    if value.is_in_tuplet:
        modification = SubElement(note, "time-modification")
        _add(modification, "actual-notes", str(value.actual))
        _add(modification, "normal-notes", str(value.normal))


def _add_figure(note: Element, place: Place, figure: Figure, tie: str) -> None:
    """Staff, beams, tie and bracket."""
    if place.staff:
        _add(note, "staff", str(place.staff))
    for number, beam in enumerate(figure.beams, 1):
        SubElement(note, "beam", number=str(number)).text = beam
    if tie or figure.tuplet:
        notations = SubElement(note, "notations")
        numbered = {"number": str(place.tie_number)} if place.tie_number else {}
        for end in _tie_ends(tie):
            SubElement(notations, "tied", {"type": end, **numbered})
        ends = ("start", "stop") if figure.tuplet == "both" else (figure.tuplet,)
        for end in filter(None, ends):
            SubElement(notations, "tuplet", type=end)


def _tie_ends(tie: str) -> tuple[str, ...]:
    """MusicXML's ties of a note: a continued tie stops and starts."""
    return {"": (), "continue": ("stop", "start")}.get(tie, (tie,))


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
