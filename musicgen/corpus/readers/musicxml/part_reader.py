"""One part of a MusicXML score to bars of notes and marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import check_notes
from musicgen.corpus.readers.musicxml import directions
from musicgen.corpus.readers.musicxml.attributes import Attributes
from musicgen.corpus.readers.musicxml.bars import Bar, Mark, PartKey, PartTable, Ticks
from musicgen.corpus.readers.musicxml.durations import to_fraction, type_quarters
from musicgen.corpus.readers.musicxml.instruments import ScorePart, drum_key
from musicgen.corpus.readers.musicxml.ties import tie_number, tie_of
from musicgen.corpus.readers.musicxml.xml_tree import child_text, to_int, to_number
from musicgen.corpus.readers.written_score import (
    DEFAULT_TEMPO,
    DEFAULT_VELOCITY,
    WrittenNote,
)

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FORTE_VELOCITY = 90  # of which MusicXML states dynamics as percentages
_OFFSET_SOUNDS = {"direction": "no", "sound": "yes"}  # whether an offset is played, by default
_NOTATIONS = {"ornaments": "~ornaments", "glissando": "~glissandi", "slide": "~glissandi"}


class PartReader:
    """Reads the measures of one part in order."""

    def __init__(
        self,
        part: ScorePart,
        track: int,
        resolution: int,
        divisions: int | Fraction,
        table: PartTable,
        left_out: Counter[str],
    ) -> None:
        self._part, self._track, self._resolution = part, track, resolution
        self._table, self._left_out = table, left_out
        self._attributes = Attributes(divisions, left_out)
        self._velocity = DEFAULT_VELOCITY
        self._tempo = DEFAULT_TEMPO
        self._position: Ticks = 0
        self._onset: Ticks = 0  # of the last note, with which a chord's notes begin
        self._count = 0
        self._hidden: list[WrittenNote] = []  # notes of the bar that are not printed
        self._is_one_part = False  # whatever the number of its staves
        self.bars: list[Bar] = []

    def read(self, measures: Sequence[Element]) -> list[Bar]:
        """The bars of the part; raises UnreadableScore if they hold too many notes."""
        handlers = {
            "note": self._read_note,
            "backup": self._move_back,
            "forward": self._move_on,
            "attributes": self._read_attributes,
            "direction": self._read_direction,
            "sound": self._read_sound,
            "barline": self._read_barline,
        }
        for measure in measures:
            self._bar = Bar(
                self._attributes.signature,
                self._attributes.has_signature,
                measure.get("implicit") == "yes",
            )
            self._position = self._onset = 0
            for element in measure:
                handler = handlers.get(element.tag)
                if handler:
                    handler(element)
                elif element.tag == "harmony":
                    self._left_out["~chord symbols"] += 1
                elif element.tag == "figured-bass":
                    self._left_out["~figured bass"] += 1
            self._add_hidden_notes()
            self._repeat_bars()
            self.bars.append(self._bar)
            self._count += len(self._bar.notes)
            check_notes(max(1, self._count))
        return self.bars

    def read_as_one_part(self) -> None:
        """Take all staves as one part, which is there even if it has no notes."""
        self._is_one_part = True
        is_drum = self._part.instrument("").is_drum
        self._table.number(self._part_key("", is_drum, 1))

    def _ticks(self, divisions: int | Fraction) -> Ticks:
        ticks = Fraction(divisions * self._resolution) / self._attributes.divisions
        return ticks.numerator if ticks.denominator == 1 else ticks

    def _advance(self, ticks: Ticks) -> None:
        self._position = max(0, self._position + ticks)
        self._bar.length = max(self._bar.length, self._position)

    def _move_back(self, element: Element) -> None:
        self._advance(-self._ticks(to_fraction(element.findtext("duration")) or 0))

    def _move_on(self, element: Element) -> None:
        self._advance(self._ticks(to_fraction(element.findtext("duration")) or 0))

    def _read_attributes(self, element: Element) -> None:
        if self._bar.length and element.find("measure-style/measure-repeat") is not None:
            self._repeat_bars()  # a sign that ends at the end of its bar, not in the next
        key = self._attributes.apply(element)
        self._bar.signature = self._attributes.signature
        self._bar.has_signature = self._attributes.has_signature
        if key is not None:
            self._bar.marks.append(Mark(self._position, key=key))

    def _read_note(self, note: Element) -> None:
        children = {child.tag: child for child in note}
        if "grace" in children:
            self._left_out["grace notes"] += 1
            return
        duration = self._duration(note, children)
        is_chord = "chord" in children
        start = self._onset if is_chord else self._position
        if not is_chord:
            self._onset = start
            self._advance(duration)
        if "lyric" in children:
            self._left_out["~lyrics"] += 1
        if "rest" in children or not ("pitch" in children or "unpitched" in children):
            return
        if "cue" in children:
            self._left_out["cue notes"] += 1
        elif duration <= 0:
            self._left_out["notes without a duration"] += 1
        else:
            self._bar.length = max(self._bar.length, start + duration)
            self._bar.sounding_length = max(self._bar.sounding_length, start + duration)
            self._add_note(note, children, start, start + duration)

    def _duration(self, note: Element, children: dict[str, Element]) -> Ticks:
        """Ticks of a note, by its type if its duration is missing."""
        written = to_fraction(children["duration"].text) if "duration" in children else None
        if written is not None:
            return self._ticks(written)
        return self._ticks((type_quarters(note) or 0) * self._attributes.divisions)

    def _add_note(
        self, note: Element, children: dict[str, Element], start: Ticks, end: Ticks
    ) -> None:
        identifier = children["instrument"].get("id", "") if "instrument" in children else ""
        instrument = self._part.instrument(identifier)
        staff = to_int(children["staff"].text, 1) if "staff" in children else 1
        if "unpitched" in children:
            pitch = drum_key(instrument, children["unpitched"])
        elif instrument.is_drum and instrument.drum_key is not None:
            pitch = instrument.drum_key
        else:
            pitch, is_rounded = _key_number(children["pitch"])
            self._left_out["microtones"] += is_rounded
            pitch += 0 if instrument.is_drum else self._attributes.transposition(staff)
        if not 0 <= pitch <= 127:
            self._left_out["notes that no MIDI key has"] += 1
            return
        is_drum = "unpitched" in children or instrument.is_drum
        number = self._table.number(self._part_key(identifier, is_drum, staff))
        tie = tie_of(note, children)
        velocity = self._note_velocity(note)
        notes = self._hidden if note.get("print-object") == "no" else self._bar.notes
        notes.append(
            WrittenNote(start, end, pitch, velocity, number, tie, tie_number(children))  # type: ignore[arg-type]
        )
        for notation in children.get("notations", ()):
            if notation.tag in _NOTATIONS:
                self._left_out[_NOTATIONS[notation.tag]] += 1

    def _part_key(self, identifier: str, is_drum: bool, staff: int) -> PartKey:
        instrument = self._part.instrument(identifier)
        staff = 1 if self._is_one_part else staff
        if is_drum:
            name = self._part.name or instrument.name
            return PartKey(self._track, True, staff, name, instrument.program or 0)
        names = self._part.name, instrument.name
        name = next(filter(None, names[:: -1 if len(self._part.instruments) > 1 else 1]), "")
        return PartKey(self._track, False, staff, name, self._part.program(instrument))

    def _note_velocity(self, note: Element) -> int:
        percent = to_number(note.get("dynamics"))
        return self._velocity if percent is None else _velocity(percent)

    def _read_direction(self, direction: Element) -> None:
        start = self._place(direction)
        for metronome in direction.iterfind("direction-type/metronome"):
            tempo = directions.metronome_tempo(metronome, self._tempo)
            if tempo is None:
                self._left_out["~tempo marks without a number"] += 1
            else:
                self._tempo = tempo
                self._bar.marks.append(Mark(start, tempo=tempo))
        in_words = directions.tempo_in_words(direction)
        if in_words is not None:
            self._tempo = in_words
            self._bar.marks.append(Mark(start, tempo=in_words))
        pedal = directions.pedal_change(direction)
        if pedal:
            self._bar.marks.append(Mark(start, pedal=pedal))
        self._left_out.update(directions.left_out_of(direction))
        for sound in direction.iterfind("sound"):
            self._read_sound(sound, start)

    def _place(self, element: Element) -> Ticks:
        """Where a direction or a sound is in the bar: here, or at the offset that it says."""
        offset = element.find("offset")
        if offset is None or offset.get("sound", _OFFSET_SOUNDS[element.tag]) != "yes":
            return self._position
        return max(0, self._position + self._ticks(to_fraction(offset.text) or 0))

    def _read_sound(self, sound: Element, start: Ticks | None = None) -> None:
        start = self._place(sound) if start is None else start
        tempo = to_number(sound.get("tempo"))
        if tempo:
            self._tempo = tempo
            self._bar.marks.append(Mark(start, sound_tempo=tempo))
        percent = to_number(sound.get("dynamics"))
        if percent is not None:
            self._velocity = _velocity(percent)
        pedal = directions.sound_pedal(sound)
        if pedal:
            value = directions.sound_pedal_value(sound)
            self._bar.marks.append(Mark(start, pedal=pedal, pedal_value=value))
        for midi in sound.iterfind("midi-instrument"):
            self._part.apply(midi)
        self._left_out.update(directions.left_out_of_sound(sound))

    def _read_barline(self, barline: Element) -> None:
        repeat, ending = barline.find("repeat"), barline.find("ending")
        if repeat is not None:
            self._left_out["~repeats"] += 1
            self._bar.repeats |= repeat.get("direction") == "backward"
        if ending is not None and ending.get("type") == "start":
            self._bar.ending_starts = _first_number(ending.get("number", ""))
        elif ending is not None:
            self._bar.ending_stops = True

    def _add_hidden_notes(self) -> None:
        """Add the notes that are not printed, but for those beside printed notes of their part.

        The latter say how a program plays a printed trill, turn or tremolo.
        """
        printed = list(self._bar.notes) if self._hidden else []
        for note in self._hidden:
            if any(
                other.part == note.part and other.start < note.end and note.start < other.end
                for other in printed
            ):
                self._left_out["hidden notes"] += 1
            else:
                self._bar.notes.append(note)
        self._hidden.clear()

    def _repeat_bars(self) -> None:
        """Fill a bar under a repeat sign with the notes of the bar that it repeats."""
        for staff, distance in list(self._attributes.bar_repeats.items()):
            if any(staff in (0, self._table.keys[note.part].staff) for note in self._bar.notes):
                del self._attributes.bar_repeats[staff]  # the sign was not ended
                continue
            if distance > len(self.bars):
                self._left_out["bar repeats without a bar before them"] += 1
                continue
            source = self.bars[-distance]
            self._bar.notes += [
                note for note in source.notes if staff in (0, self._table.keys[note.part].staff)
            ]
            self._bar.length = max(self._bar.length, source.length)
            self._bar.sounding_length = max(self._bar.sounding_length, source.sounding_length)


def _key_number(pitch: Element) -> tuple[int, bool]:
    """The MIDI key of a `<pitch>` as written, and whether it was rounded to a semitone."""
    step, octave = child_text(pitch, "step").upper(), to_int(child_text(pitch, "octave"), 4)
    alter = to_number(child_text(pitch, "alter")) or 0.0
    if step not in _STEPS:
        raise UnreadableScore(f"a note has the name '{step[:20]}', which is none of A to G")
    return 12 * (octave + 1) + _STEPS[step] + round(alter), alter != round(alter)


def _velocity(percent: float) -> int:
    return min(127, max(1, round(_FORTE_VELOCITY * percent / 100)))


def _first_number(text: str) -> int:
    """The first number of an ending such as `1, 2`; 0 if it has none."""
    return to_int(text.replace(",", " ").split()[0] if text.split() else "")
