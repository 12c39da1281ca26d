"""Bars of a part as elements of MusicXML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar, NotatedChord
from musicgen.rendering.notation.beams import beams, tuplet_marks
from musicgen.rendering.notation.clefs import PERCUSSION, Clef
from musicgen.rendering.notation.metre_grid import split_rest
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.notation.staves import Staff, WrittenPart
from musicgen.rendering.notation.xml_directions import at_offset, octave_element
from musicgen.rendering.notation.xml_notes import (
    Figure,
    Place,
    Signs,
    bar_accidentals,
    bar_rest_element,
    chord_elements,
    rest_element,
)
from musicgen.score_fields import KeySignature

_MAX_TIE_NUMBER = 16  # of MusicXML

Timed = Sequence[tuple[int, Element]]  # tick and element


def measures(
    part: WrittenPart, bars: Sequence[Bar], spelling: Spelling, directions: Timed
) -> list[Element]:
    """All bars of a part; directions: those of the whole part, in order."""
    elements = []
    for index, bar in enumerate(bars):
        element = Element("measure", number=str(bar.number))
        if bar.number == 0:
            element.set("implicit", "yes")
        is_last = index + 1 == len(bars)
        _add_attributes(element, part, index, bar, spelling)
        for tick, direction in directions:
            if bar.start <= tick and (tick < bar.stop or is_last):
                element.append(at_offset(direction, tick - bar.start))
        for number, staff in enumerate(part.staves, 1):
            _add_staff(element, part, number, staff, index, bar, spelling)
        if is_last:
            barline = SubElement(element, "barline", location="right")
            SubElement(barline, "bar-style").text = "light-heavy"
        elements.append(element)
    return elements


def _add_attributes(
    measure: Element, part: WrittenPart, index: int, bar: Bar, spelling: Spelling
) -> None:
    """Divisions, key, time, number of staves and clefs, where they begin or change."""
    attributes = Element("attributes")
    if index == 0:
        SubElement(attributes, "divisions").text = str(TICKS_PER_QUARTER)
    for key in () if part.part.is_drum else spelling.at_start(bar):
        _add_key(attributes, key)
    if bar.changes_metre:
        time = SubElement(attributes, "time")
        SubElement(time, "beats").text = str(bar.metre.numerator)
        SubElement(time, "beat-type").text = str(bar.metre.denominator)
    if index == 0 and len(part.staves) > 1:
        SubElement(attributes, "staves").text = str(len(part.staves))
    for number, staff in enumerate(part.staves, 1):
        if index == 0 or staff.clefs[index] != staff.clefs[index - 1]:
            _add_clef(attributes, staff.clefs[index], number if len(part.staves) > 1 else 0)
    if len(attributes):
        measure.append(attributes)
    for key in () if part.part.is_drum else spelling.within(bar):
        _add_time(measure, "forward", key.start - bar.start)
        _add_key(SubElement(measure, "attributes"), key)
        _add_time(measure, "backup", key.start - bar.start)


def _add_key(attributes: Element, signature: KeySignature) -> None:
    key = SubElement(attributes, "key")
    SubElement(key, "fifths").text = str(signature.fifths)
    SubElement(key, "mode").text = "minor" if signature.is_minor else "major"


def _add_clef(attributes: Element, clef: Clef, staff: int) -> None:
    element = SubElement(attributes, "clef", {"number": str(staff)} if staff else {})
    SubElement(element, "sign").text = clef.sign
    if clef != PERCUSSION:
        SubElement(element, "line").text = str(clef.line)
    if clef.octave_change:
        SubElement(element, "clef-octave-change").text = str(clef.octave_change)


def _add_staff(
    measure: Element,
    part: WrittenPart,
    number: int,
    staff: Staff,
    index: int,
    bar: Bar,
    spelling: Spelling,
) -> None:
    """The voices of a staff in a bar, between the octave signs that begin and end there."""
    shown = number if len(part.staves) > 1 else 0
    if number > 1:
        _add_time(measure, "backup", bar.ticks)
    for shift in staff.shifts:
        if shift.first_bar == index:
            measure.append(octave_element(shift, shown, True))
    first_voice = sum(_most_voices(other) for other in part.staves[: number - 1]) + 1
    place = Place(f"P{part.number + 1}", first_voice, shown, part.part.is_drum)
    _add_voices(measure, place, staff, index, bar, spelling)
    for shift in staff.shifts:
        if shift.last_bar == index:
            measure.append(octave_element(shift, shown, False))


def _most_voices(staff: Staff) -> int:
    return max(1, *(len(voices) for voices in staff.voices))


def _add_voices(
    measure: Element, place: Place, staff: Staff, index: int, bar: Bar, spelling: Spelling
) -> None:
    """Voices of a bar from high to low, filled with rests; an empty bar gets one rest.

    Rests are printed in the voice that sounds longest and hidden in the others.
    """
    voices = staff.voices[index]
    if not voices and bar.ticks == bar.metre.ticks_per_bar:
        measure.append(bar_rest_element(bar.ticks, place))
        return
    signs = {} if place.is_drum else bar_accidentals(voices, spelling.sharps(bar.start), spelling)
    if place.is_drum:
        ordered = sorted(voices.items())
    else:
        ordered = sorted(voices.items(), key=lambda item: _mean_pitch(item[1]), reverse=True)
    ordered = ordered or [(0, [])]
    fullest = max((chords for _, chords in ordered), key=_sounding_ticks)
    for number, (voice, chords) in enumerate(ordered):
        if number:
            _add_time(measure, "backup", bar.ticks)
        # Voices are numbered anew in each bar: ties of one key have numbers of their own.
        here = replace(place, voice=place.voice + number, tie_number=voice % _MAX_TIE_NUMBER + 1)
        measure.extend(_voice(chords, bar, here, spelling, signs, chords is not fullest))


def _voice(
    chords: Sequence[NotatedChord],
    bar: Bar,
    place: Place,
    spelling: Spelling,
    signs: Signs,
    hides_rests: bool,
) -> list[Element]:
    """Chords and rests of one voice that fill a bar."""
    beams_of = dict(zip(map(id, chords), beams(chords, bar), strict=True))
    items: list[tuple[int, int, NotatedChord | None]] = []  # offset, ticks, chord
    now = 0
    for chord in [*chords, None]:
        stop = chord.offset if chord else bar.ticks
        for position, ticks in split_rest(now + bar.padding, stop - now, bar.metre):
            items.append((position - bar.padding, ticks, None))
        if chord:
            items.append((chord.offset, chord.ticks, chord))
            now = chord.end
    marks = tuplet_marks([(offset + bar.padding, ticks) for offset, ticks, _ in items])
    elements: list[Element] = []
    for (_, ticks, item), mark in zip(items, marks, strict=True):
        if item is None:
            elements.append(rest_element(ticks, place, Figure((), mark), hides_rests))
        else:
            figure = Figure(beams_of[id(item)], mark)
            elements += chord_elements(item, spelling, signs, place, figure)
    return elements


def _sounding_ticks(chords: Sequence[NotatedChord]) -> int:
    return sum(chord.ticks for chord in chords)


def _mean_pitch(chords: Sequence[NotatedChord]) -> float:
    return float(np.mean([pitch for chord in chords for pitch in chord.chord.pitches]))


def _add_time(measure: Element, tag: str, ticks: int) -> None:
    """Move the place of what follows: forward or backup."""
    SubElement(SubElement(measure, tag), "duration").text = str(ticks)
