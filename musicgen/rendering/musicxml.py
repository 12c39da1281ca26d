"""Score to notation: a MusicXML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, tostring

from musicgen.corpus.readers.musicxml.encoded_fields import (
    ESTIMATED_KEY_FIELD,
    KEYS_FIELD,
    METRES_FIELD,
    TRACKS_FIELD,
    keys_text,
    metres_text,
)
from musicgen.errors import MusicgenError
from musicgen.rendering.notation.bars import Bar, written_bars
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.notation.staves import (
    WrittenPart,
    printed_parts,
    two_hand_parts,
    written_parts,
)
from musicgen.rendering.notation.tuplets.marks import MarkClock, mark_clock
from musicgen.rendering.notation.tuplets.staff_notes import exact_notes
from musicgen.rendering.notation.xml_directions import (
    pedal_elements,
    symbol_elements,
    tempo_elements,
)
from musicgen.rendering.notation.xml_measures import measures
from musicgen.rendering.notation.xml_part_list import part_list
from musicgen.rendering.note_names import key_signature
from musicgen.rendering.part_names import clean_text
from musicgen.score import Score
from musicgen.score_fields import KeySignature
from musicgen.theory.harmony.vocabulary import Chord

_HEADER = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    b' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


class Unprintable(MusicgenError):
    """A score that cannot be notated or engraved."""


def musicxml_bytes(score: Score, title: str = "") -> bytes:
    """Contents of a MusicXML file with all that notation has of a score.

    title: the score's name by default. The notes are those of `score.on_grid()`, at the pitch at
    which they sound; notes, tempi and pedal inside of tuplets that the grid does not hold have the
    times of the score. Raises Unprintable for a performance, which has no bars.
    """
    grid = _with_bars(score)
    exact = exact_notes(score)
    return _file(score, grid, written_parts(grid, exact), title, (), exact.parts)


def printed_musicxml(
    score: Score, title: str = "", chords: Sequence[tuple[int, Chord]] = ()
) -> bytes:
    """Contents of a MusicXML file to be engraved: parts without notes left out, times legible.

    chords: symbols above the first staff, each with its tick on the grid. Raises Unprintable for a
    performance.
    """
    grid = _with_keys_at_bar_lines(_with_bars(score))
    exact = exact_notes(score)
    return _file(score, grid, printed_parts(grid, exact), title, chords, exact.parts)


def _with_bars(score: Score) -> Score:
    """The score on the grid; raises Unprintable if it has no bars."""
    if score.is_performance:
        raise Unprintable(
            "it was played without a beat, so it has no bars to write down: "
            "say that it has a beat, or choose MIDI or WAV"
        )
    return score.on_grid()


def _with_keys_at_bar_lines(score: Score) -> Score:
    """The score with its key signatures moved to the bar lines before them, one at each."""
    lines = score.bar_lines()
    by_line = {int(lines[lines <= key.start][-1]): key for key in score.keys}
    keys = (replace(key, start=line) for line, key in by_line.items())
    return replace(score, keys=tuple(keys))


def _file(
    score: Score,
    grid: Score,
    parts: Sequence[WrittenPart],
    title: str,
    chords: Sequence[tuple[int, Chord]],
    parts_of_tick: int,
) -> bytes:
    """parts_of_tick: in which durations are written if there are tuplets beside the grid."""
    divided = parts_of_tick if any(part.has_tuplets for part in parts) else 1
    bars = written_bars(grid)
    clock = mark_clock(score, grid, parts, bars, divided)
    document = _document(grid, parts, title or score.name, chords, bars, clock)
    return _HEADER + tostring(document, encoding="utf-8")


def _document(
    score: Score,
    parts: Sequence[WrittenPart],
    title: str,
    chords: Sequence[tuple[int, Chord]],
    bars: Sequence[Bar],
    clock: MarkClock,
) -> Element:
    estimated = KeySignature(0, 0 if score.keys else key_signature(score.pitched) or 0)
    spelling = Spelling(score, score.keys or (estimated,))
    root = Element("score-partwise", version="4.0")
    if title:
        SubElement(SubElement(root, "work"), "work-title").text = clean_text(title)
    fields = {
        TRACKS_FIELD: " ".join(str(part.part.track) for part in parts),
        METRES_FIELD: metres_text(score.metres),
    }
    if score.keys:
        fields[KEYS_FIELD] = keys_text(score.keys)
    else:
        fields[ESTIMATED_KEY_FIELD] = str(estimated.fifths)
    _add_identification(root, fields)
    root.append(part_list(parts, two_hand_parts(score)))
    for index, part in enumerate(parts):
        directions = (
            [] if index else [*tempo_elements(clock, bars), *symbol_elements(chords, spelling)]
        )
        staff = len(part.staves) if len(part.staves) > 1 else 0
        directions += pedal_elements(clock, part.number, staff)
        directions.sort(key=lambda item: item[0])
        element = SubElement(root, "part", id=f"P{part.number + 1}")
        element.extend(measures(part, bars, spelling, directions, clock.parts))
    return root


def _add_identification(root: Element, fields: Mapping[str, str]) -> None:
    """The program that wrote the file, and what its own reader reads beside the notation."""
    identification = SubElement(root, "identification")
    SubElement(SubElement(identification, "encoding"), "software").text = "musicgen"
    miscellaneous = SubElement(identification, "miscellaneous")
    for name, text in fields.items():
        SubElement(miscellaneous, "miscellaneous-field", name=name).text = text
