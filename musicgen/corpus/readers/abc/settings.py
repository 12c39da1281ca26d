"""What fields and directives set for the music after them in a voice."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.fields import (
    Key,
    Metre,
    clef_octaves,
    integer,
    plain_text,
)
from musicgen.corpus.readers.abc.tokens import NoteToken, note_of

DRUM_CHANNEL = 10
PROPAGATION = ("not", "octave", "pitch")  # of accidentals: to no note, the same octave, to all


@dataclass
class Settings:
    """Settings of one voice, or those of the header, with which every voice begins."""

    name: str = ""
    metre: Metre = None
    unit: Fraction | None = None  # unit note length in quarters; None until it is known
    key: Key = field(default_factory=lambda: Key({}))
    propagation: str = "pitch"
    has_percussion_clef: bool = False
    clef_octaves: int = 0
    octave: int = 0
    transposition: int = 0  # semitones, of the properties
    midi_transposition: int = 0  # semitones, of the directive
    program: int | None = None
    channel: int | None = None
    channel_programs: dict[int, int] = field(default_factory=dict)
    drum_keys: dict[tuple[str, int, int | None], int] = field(default_factory=dict)

    def set_properties(self, properties: dict[str, str]) -> None:
        """Apply the properties of a field K: or V:; `middle` and `stafflines` are for print."""
        if "clef" in properties:
            octaves = clef_octaves(properties["clef"])
            self.has_percussion_clef = octaves is None
            self.clef_octaves = octaves or 0
        octave = integer(properties, "octave")
        self.octave = self.octave if octave is None else octave
        transposition = integer(properties, "transpose", "t")
        self.transposition = self.transposition if transposition is None else transposition
        name = properties.get("name") or properties.get("nm")
        self.name = plain_text(name) if name else self.name

    def semitones(self) -> int:
        """Semitones from written to sounding pitch."""
        octaves = self.octave + self.clef_octaves
        return 12 * octaves + self.transposition + self.midi_transposition

    def pitch(self, note: NoteToken, alteration: int) -> int:
        """MIDI key number of a note; raises UnreadableScore beyond 0 to 127."""
        if self.is_drum:
            place = note.letter, note.octave, note.alteration
            pitch = self.drum_keys.get(place, note.natural_pitch + alteration)
        else:
            pitch = note.natural_pitch + alteration + self.semitones()
        if not 0 <= pitch <= 127:
            raise UnreadableScore(f"a note's pitch, {pitch}, is not between 0 and 127")
        return pitch

    @property
    def is_drum(self) -> bool:
        """Whether notes are keys of the drum kit."""
        if self.has_percussion_clef and self.channel != DRUM_CHANNEL:
            raise UnreadableScore(
                "a voice has a percussion clef, and no directive says which drums it means",
                "add `%%MIDI channel 10`",
            )
        return self.channel == DRUM_CHANNEL

    def sounding_program(self, default_channel: int) -> int:
        """General MIDI program, 0 to 127. default_channel: that of a voice that names none."""
        if self.program is not None:
            return self.program
        return self.channel_programs.get(self.channel or default_channel, 0)

    def set_directive(self, text: str, left_out: Counter[str]) -> None:
        """Apply a directive (`%%` or I:), or count it as left out."""
        words = re.split(r"[\s=]+", text.strip(), maxsplit=1)
        name, value = words[0].lower(), words[1].strip() if len(words) > 1 else ""
        if name == "midi":
            self._set_midi(value.split(), left_out)
        elif name == "propagate-accidentals":
            if value not in PROPAGATION:
                raise UnreadableScore(f"'{name} {value[:20]}' is not supported")
            self.propagation = value
        elif name in ("abc-include", "percmap", "voicemap", "map", "transpose", "abctranspose"):
            raise UnreadableScore(f"the directive '{name}' is not supported")

    def _set_midi(self, words: list[str], left_out: Counter[str]) -> None:
        name, values = (words[0].lower(), words[1:]) if words else ("", [])
        if name == "program":
            numbers_read = _whole(values[:2], 127, text="program")
            if len(numbers_read) == 2:
                self.channel_programs[numbers_read[0]] = numbers_read[1]
            else:
                self.program = numbers_read[0]
        elif name == "channel":
            self.channel = _whole(values[:1], 16, text="channel")[0]
        elif name in ("transpose", "rtranspose"):
            shift = _whole(values[:1], 127, text="transpose")[0]
            self.midi_transposition = shift + self.midi_transposition * (name == "rtranspose")
        elif name in ("drummap", "percmap") and len(values) >= 2:
            note = note_of(_drum_note(values[0]))
            place = note.letter, note.octave, note.alteration
            self.drum_keys[place] = _whole(values[1:2], 127, text="drummap")[0]
        elif name == "c" and values != ["60"]:
            raise UnreadableScore("the directive '%%MIDI c' is not supported")
        elif name in ("nobarlines", "barlines"):
            self.propagation = "not" if name == "nobarlines" else "pitch"
        elif name in ("drum", "drumon"):
            left_out["~drum patterns"] = 1
        else:
            left_out["MIDI directives"] += 1


def _drum_note(text: str) -> str:
    """The note of a drum map, whose accidental may come after its letter."""
    match = re.fullmatch(r"([\^_=]?)([A-Ga-g])([\^_=]?)([,']*)", text)
    if match is None:
        raise UnreadableScore(f"'{text[:20]}' is no note of a drum map")
    return match[1] + match[3] + match[2] + match[4]


def _whole(values: list[str], largest: int, text: str) -> list[int]:
    if not values or not all(re.fullmatch(r"[+-]?\d{1,3}", value) for value in values):
        raise UnreadableScore(f"'%%MIDI {text} {' '.join(values)[:20]}' is not supported")
    result = [int(value) for value in values]
    if any(abs(value) > largest for value in result) or (text != "transpose" and min(result) < 0):
        raise UnreadableScore(f"'%%MIDI {text} {' '.join(values)[:20]}' is not supported")
    return result
