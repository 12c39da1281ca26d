"""The list of parts of a MusicXML file: names, instruments, braces and brackets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from musicgen.rendering.notation.staves import WrittenPart
from musicgen.rendering.notation.xml_notes import instrument_id
from musicgen.theory.general_midi import DRUM_CHANNEL, part_instrument, percussion_name

_DRUM_CHANNEL = DRUM_CHANNEL + 1  # MusicXML counts from 1
_PITCHED_CHANNELS = [channel for channel in range(1, 17) if channel != _DRUM_CHANNEL]
# Programs of the sections of an orchestra, from the first to the last.
_SECTIONS = ((40, 44), (48, 49), (52, 54), (56, 63), (64, 79))
_ABBREVIATIONS = {
    "Acoustic Grand Piano": "Pno.",
    "Piano": "Pno.",
    "Violin": "Vln.",
    "Viola": "Vla.",
    "Cello": "Vc.",
    "Contrabass": "Cb.",
    "Flute": "Fl.",
    "Oboe": "Ob.",
    "Clarinet": "Cl.",
    "Bassoon": "Bsn.",
    "French Horn": "Hn.",
    "Trumpet": "Tpt.",
    "Trombone": "Tbn.",
    "Drums": "Dr.",
    "Soprano": "S.",
    "Alto": "A.",
    "Tenor": "T.",
    "Bass": "B.",
}
_LONGEST_NAME, _ABBREVIATED_LETTERS = 14, 4  # of other names
_LONGEST_LINE = 20  # characters of a printed name


def part_list(parts: Sequence[WrittenPart], hands: Sequence[tuple[int, int]]) -> Element:
    """The part list; hands: parts that share a brace. Parts of a track or section get a bracket."""
    element = Element("part-list")
    groups = _groups(parts, hands)
    for number, part in enumerate(parts):
        for symbol, first, _ in groups:
            if first == number:
                _start_group(element, symbol, part_instrument(part.part))
        is_hand = any(part.number in pair for pair in hands)
        element.append(_score_part(part, short=not is_hand and len(parts) > 1, is_hand=is_hand))
        for _, _, last in groups:
            if last == number:
                SubElement(element, "part-group", type="stop", number="1")
    return element


def abbreviation(name: str) -> str:
    """Short name of a part for all systems but the first: `Violin 2` is `Vln. 2`."""
    name = " ".join(name.split())
    stem, _, number = name.rpartition(" ")
    if not (stem and number.isdigit()):
        stem, number = name, ""
    words = stem.split()
    if stem not in _ABBREVIATIONS and len(stem) <= _LONGEST_NAME:
        return name
    short = _ABBREVIATIONS.get(stem) or " ".join(
        word if len(word) <= _ABBREVIATED_LETTERS + 2 else f"{word[:_ABBREVIATED_LETTERS]}."
        for word in words[:2]
    )
    return f"{short} {number}".strip()


def on_lines(name: str) -> str:
    """A long name on several lines, so that it leaves room for the music."""
    return "\n".join(textwrap.wrap(name, _LONGEST_LINE)) or name


def _groups(
    parts: Sequence[WrittenPart], hands: Sequence[tuple[int, int]]
) -> list[tuple[str, int, int]]:
    """Symbol, first and last index of parts that belong together."""
    position = {part.number: index for index, part in enumerate(parts)}
    braces = [("brace", position[first], position[last]) for first, last in hands]
    in_brace = {index for _, first, last in braces for index in range(first, last + 1)}
    has_tracks = len({part.part.track for part in parts}) > 1
    runs = [[0]] if parts else []
    for index, (part, following) in enumerate(pairwise(parts), 1):
        apart = index in in_brace or index - 1 in in_brace
        if not apart and _are_together(part, following, has_tracks):
            runs[-1].append(index)
        else:
            runs.append([index])
    return braces + [("bracket", run[0], run[-1]) for run in runs if len(run) > 1]


def _are_together(part: WrittenPart, other: WrittenPart, has_tracks: bool) -> bool:
    """Whether two neighbours are of one track, of one instrument or of one section."""
    first, second = part.part, other.part
    if first.is_drum or second.is_drum:
        return False
    if has_tracks and first.track == second.track:
        return True
    if len(part.staves) > 1 or len(other.staves) > 1:
        return False
    return first.program == second.program or any(
        low <= min(first.program, second.program) <= max(first.program, second.program) <= high
        for low, high in _SECTIONS
    )


def _start_group(element: Element, symbol: str, instrument: str) -> None:
    """Begin a brace, with the instrument's name, or a bracket, whose parts have their own."""
    group = SubElement(element, "part-group", type="start", number="1")
    if symbol == "brace":
        SubElement(group, "group-name").text = on_lines(instrument)
        SubElement(group, "group-abbreviation").text = abbreviation(instrument)
    SubElement(group, "group-symbol").text = symbol
    SubElement(group, "group-barline").text = "yes"


def _score_part(part: WrittenPart, is_hand: bool, short: bool) -> Element:
    """Names and instruments of a part; a drum part has one for each of its keys.

    is_hand: whether the name is that of a brace, so that the part's own is not printed;
    short: whether an abbreviation is printed at all systems but the first.
    """
    identifier = f"P{part.number + 1}"
    element = Element("score-part", id=identifier)
    shown = {"print-object": "no"} if is_hand else {}
    SubElement(element, "part-name", shown).text = on_lines(part.name)
    if part.name and short:
        SubElement(element, "part-abbreviation").text = abbreviation(part.name)
    is_drum = part.part.is_drum
    keys = _drum_keys(part) if is_drum else [0]
    for key in keys:
        instrument = SubElement(
            element, "score-instrument", id=instrument_id(identifier, key, is_drum)
        )
        name = percussion_name(key) if is_drum else part_instrument(part.part)
        SubElement(instrument, "instrument-name").text = name
    for key in keys:
        midi = SubElement(element, "midi-instrument", id=instrument_id(identifier, key, is_drum))
        channel = _PITCHED_CHANNELS[part.number % len(_PITCHED_CHANNELS)]
        SubElement(midi, "midi-channel").text = str(_DRUM_CHANNEL if is_drum else channel)
        SubElement(midi, "midi-program").text = str(part.part.program + 1)  # counted from 1
        if is_drum:
            SubElement(midi, "midi-unpitched").text = str(key + 1)  # counted from 1
    return element


def _drum_keys(part: WrittenPart) -> list[int]:
    """Percussion keys of a part, from low to high; one key where it has no notes."""
    keys = {
        pitch
        for staff in part.staves
        for voices in staff.voices
        for chords in voices.values()
        for chord in chords
        for pitch in chord.chord.pitches
    }
    return sorted(keys) or [36]
