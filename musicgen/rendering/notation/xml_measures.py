"""Bars of a part as elements of MusicXML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar, NotatedChord, value_in
from musicgen.rendering.notation.beams import beams, tuplet_marks
from musicgen.rendering.notation.clefs import PERCUSSION, Clef
from musicgen.rendering.notation.metre_grid import split_rest
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.notation.staves import Staff, WrittenPart
from musicgen.rendering.notation.tuplets.tuplet import Ticks, Tuplet, split_by_tuplets
from musicgen.rendering.notation.xml_directions import Timed, at_offset, octave_element
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


def measures(
    part: WrittenPart,
    bars: Sequence[Bar],
    spelling: Spelling,
    directions: Sequence[Timed],
    parts: int = 1,
) -> list[Element]:
    """All bars of a part; directions: those of the whole part, in order.

    parts: of a tick of the grid, in which durations are written.
    """
    elements = []
    for index, bar in enumerate(bars):
        element = Element("measure", number=str(bar.number))
        if bar.number == 0:
            element.set("implicit", "yes")
        is_last = index + 1 == len(bars)
        _add_attributes(element, part, index, bar, spelling, parts)
        for tick, direction in directions:
            if bar.start <= tick and (tick < bar.stop or is_last):
                element.append(at_offset(direction, int((tick - bar.start) * parts)))
        for number, staff in enumerate(part.staves, 1):
            _add_staff(element, part, number, staff, index, bar, spelling, parts)
        if is_last:
            barline = SubElement(element, "barline", location="right")
            SubElement(barline, "bar-style").text = "light-heavy"
        elements.append(element)
    return elements


def _add_attributes(
    measure: Element, part: WrittenPart, index: int, bar: Bar, spelling: Spelling, parts: int
) -> None:
    """Divisions, key, time, number of staves and clefs, where they begin or change."""
    attributes = Element("attributes")
    if index == 0:
        SubElement(attributes, "divisions").text = str(TICKS_PER_QUARTER * parts)
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
        _add_time(measure, "forward", (key.start - bar.start) * parts)
        _add_key(SubElement(measure, "attributes"), key)
        _add_time(measure, "backup", (key.start - bar.start) * parts)


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
    parts: int,
) -> None:
    """The voices of a staff in a bar, between the octave signs that begin and end there."""
    shown = number if len(part.staves) > 1 else 0
    if number > 1:
        _add_time(measure, "backup", bar.ticks * parts)
    for shift in staff.shifts:
        if shift.first_bar == index:
            measure.append(octave_element(shift, shown, True))
    first_voice = sum(_most_voices(other) for other in part.staves[: number - 1]) + 1
    place = Place(f"P{part.number + 1}", first_voice, shown, part.part.is_drum, parts=parts)
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
            _add_time(measure, "backup", bar.ticks * place.parts)
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
    items = _with_rests(chords, bar)
    marks = tuplet_marks([item[:2] for item in items], [tuplet for _, _, tuplet, _ in items])
    elements: list[Element] = []
    for (_, ticks, tuplet, chord), mark in zip(items, marks, strict=True):
        if chord is None:
            figure = Figure((), mark)
            value = value_in(tuplet, ticks)
            elements.append(rest_element(ticks, value, place, figure, hides_rests))
        else:
            figure = Figure(beams_of[id(chord)], mark)
            elements += chord_elements(chord, spelling, signs, place, figure)
    return elements


def _with_rests(
    chords: Sequence[NotatedChord], bar: Bar
) -> list[tuple[Ticks, Ticks, Tuplet | None, NotatedChord | None]]:
    """Position in the full bar, ticks and tuplet of each chord of a voice and of the rests."""
    tuplets = sorted(
        {chord.tuplet for chord in chords if chord.tuplet}, key=lambda tuplet: tuplet.position
    )
    split = partial(split_rest, metre=bar.metre)
    items: list[tuple[Ticks, Ticks, Tuplet | None, NotatedChord | None]] = []
    now: Ticks = 0
    for chord in [*chords, None]:
        gap = (chord.offset if chord else bar.ticks) - now
        rests = split_by_tuplets(now + bar.padding, gap, tuplets, split)
        items += [(position, ticks, tuplet, None) for position, ticks, tuplet in rests]
        if chord:
            items.append((chord.offset + bar.padding, chord.ticks, chord.tuplet, chord))
            now = chord.end
    return items


def _sounding_ticks(chords: Sequence[NotatedChord]) -> Ticks:
    return sum(chord.ticks for chord in chords)


def _mean_pitch(chords: Sequence[NotatedChord]) -> float:
    return float(np.mean([pitch for chord in chords for pitch in chord.chord.pitches]))


def _add_time(measure: Element, tag: str, divisions: int) -> None:
    """Move the place of what follows: forward or backup."""
    SubElement(SubElement(measure, tag), "duration").text = str(divisions)
