"""Instruments of a MusicXML part list: names, General MIDI programs, percussion keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from musicgen.corpus.readers.musicxml.instrument_names import drum_key_of_name, program_of_name
from musicgen.corpus.readers.musicxml.xml_tree import child_text, to_int

PERCUSSION_CHANNEL = 10  # of General MIDI, from 1

# Percussion keys by the place on a five-line staff, as drum kits are written.
_KEY_OF_PLACE = {
    ("D", 4): 44,
    ("E", 4): 35,
    ("F", 4): 36,
    ("G", 4): 41,
    ("A", 4): 43,
    ("B", 4): 45,
    ("C", 5): 38,
    ("D", 5): 47,
    ("E", 5): 48,
    ("F", 5): 51,
    ("G", 5): 42,
    ("A", 5): 49,
    ("B", 5): 57,
}
_SNARE = 38


@dataclass(frozen=True)
class Instrument:
    """A sound of a part."""

    name: str = ""
    program: int | None = None  # General MIDI, 0 to 127; None if not written
    channel: int = 0  # of MIDI, from 1; 0 if not written
    drum_key: int | None = None  # General MIDI percussion key; None if not written

    @property
    def is_drum(self) -> bool:
        return self.channel == PERCUSSION_CHANNEL


@dataclass
class ScorePart:
    """A part of the part list; its instruments change where the music says so."""

    name: str = ""
    instruments: dict[str, Instrument] = field(default_factory=dict)  # by identifier

    def instrument(self, identifier: str) -> Instrument:
        """The instrument of a note; the part's first if it names none."""
        return self.instruments.get(identifier) or next(
            iter(self.instruments.values()), Instrument()
        )

    def apply(self, midi: Element) -> None:
        """Apply a `<midi-instrument>` to the instrument that it names."""
        identifier = midi.get("id", "")
        old = self.instruments.get(identifier, Instrument())
        program = to_int(child_text(midi, "midi-program")) - 1
        key = to_int(child_text(midi, "midi-unpitched")) - 1
        self.instruments[identifier] = replace(
            old,
            program=program if 0 <= program <= 127 else old.program,
            channel=to_int(child_text(midi, "midi-channel"), old.channel),
            drum_key=key if 0 <= key <= 127 else old.drum_key,
        )

    def program(self, instrument: Instrument) -> int:
        """The program of an instrument, by its name if none is written."""
        if instrument.program is not None:
            return instrument.program
        for name in (instrument.name, self.name):
            program = program_of_name(name)
            if program is not None:
                return program
        return 0


def read_part_list(root: Element) -> dict[str, ScorePart]:
    """The parts of a score's part list, by identifier."""
    parts: dict[str, ScorePart] = {}
    for element in root.iterfind("part-list/score-part"):
        part = ScorePart(_name(element))
        for instrument in element.iterfind("score-instrument"):
            name = child_text(instrument, "instrument-name")
            part.instruments[instrument.get("id", "")] = Instrument(name)
        for midi in element.iterfind("midi-instrument"):
            part.apply(midi)
        parts[element.get("id", "")] = part
    return parts


def drum_key(instrument: Instrument, unpitched: Element) -> int:
    """The percussion key of an unpitched note: as written, by name, or by place on the staff."""
    if instrument.drum_key is not None:
        return instrument.drum_key
    by_name = drum_key_of_name(instrument.name)
    if by_name is not None:
        return by_name
    octave = to_int(child_text(unpitched, "display-octave"))
    return drum_key_of_place(child_text(unpitched, "display-step"), octave)


def drum_key_of_place(step: str, octave: int) -> int:
    """The percussion key that is written at a place of a five-line staff, as drum kits are."""
    return _KEY_OF_PLACE.get((step, octave), _SNARE)


def _name(element: Element) -> str:
    """A part's name on one line."""
    text = child_text(element, "part-name") or child_text(element, "part-abbreviation")
    return " ".join(text.split())
