"""Attributes of a MusicXML part that hold until they change: metre, key, transposition."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicgen.corpus.readers.musicxml.durations import divisions_of
from musicgen.corpus.readers.musicxml.xml_tree import child_text, to_int

_MAX_BEATS = 1000
_BEATS = re.compile(r"\d{1,4}(\s*\+\s*\d{1,4}){0,20}")
_ALL_STAVES = 0
_STYLES = {"slash": "~slash notation", "beat-repeat": "~beat repeats"}


class Attributes:
    """The attributes in force at a place of a part."""

    def __init__(self, divisions: int | Fraction, left_out: Counter[str]) -> None:
        self.divisions = divisions
        self.signature = (4, 4)
        self.has_signature = False  # whether the part has said one
        self.bar_repeats: dict[int, int] = {}  # staff, 0 for all: bars that the sign repeats
        self._transpositions: dict[int, int] = {}  # staff, 0 for all: semitones
        self._left_out = left_out

    def apply(self, element: Element) -> tuple[int, bool] | None:
        """Apply an `<attributes>`; the key signature if it has one: fifths, is_minor."""
        key: tuple[int, bool] | None = None
        for child in element:
            if child.tag == "divisions":
                self.divisions = divisions_of(child) or self.divisions
            elif child.tag == "time" and to_int(child.get("number"), 1) == 1:
                self.signature, self.has_signature = _signature(child), True
            elif child.tag == "transpose":
                self._apply_transposition(child)
            elif child.tag == "measure-style":
                self._apply_style(child)
            elif child.tag == "key" and to_int(child.get("number"), 1) == 1:
                key = self._key(child)
        if key is None:
            return None
        return _transposed_fifths(key[0], self.transposition(1)), key[1]

    def transposition(self, staff: int) -> int:
        """Semitones from the written to the sounding pitch of a staff."""
        return self._transpositions.get(staff, self._transpositions.get(_ALL_STAVES, 0))

    def _key(self, element: Element) -> tuple[int, bool] | None:
        if element.find("fifths") is None:
            if element.find("key-step") is not None:
                self._left_out["~key signatures of single accidentals"] += 1
            return None
        is_minor = child_text(element, "mode").lower() in ("minor", "aeolian")
        return to_int(child_text(element, "fifths")), is_minor

    def _apply_transposition(self, element: Element) -> None:
        semitones = to_int(child_text(element, "chromatic"))
        semitones += 12 * to_int(child_text(element, "octave-change"))
        staff = to_int(element.get("number"), _ALL_STAVES)
        if staff == _ALL_STAVES:
            self._transpositions.clear()
        self._transpositions[staff] = semitones
        if element.find("double") is not None:
            self._left_out["~octave doublings"] += 1

    def _apply_style(self, element: Element) -> None:
        staff = to_int(element.get("number"), _ALL_STAVES)
        repeat = element.find("measure-repeat")
        if repeat is not None and repeat.get("type") == "start":
            distance = to_int(repeat.text, 1)
            self.bar_repeats[staff] = distance if distance > 0 else 1
        elif repeat is not None:
            self.bar_repeats.pop(staff, None)
        for tag, phrase in _STYLES.items():
            style = element.find(tag)
            if style is not None and style.get("type") == "start":
                self._left_out[phrase] += 1


def _signature(time: Element) -> tuple[int, int]:
    """Numerator and denominator of a time signature, `3+2/8` and `2/4 + 3/8` added up."""
    beats = [_added_beats(child.text or "") for child in time.iterfind("beats")]
    types = [to_int(child.text) for child in time.iterfind("beat-type")]
    pairs = list(zip(beats, types, strict=False))
    if not pairs or not all(0 < b <= _MAX_BEATS and 0 < t <= _MAX_BEATS for b, t in pairs):
        return 0, 0
    denominator = max(types)
    total = sum(Fraction(b, t) for b, t in pairs) * denominator
    return (total.numerator, denominator) if total.denominator == 1 else (0, 0)


def _added_beats(text: str) -> int:
    """The sum of beats such as `3+2`; 0 if the text is anything else."""
    return sum(map(int, text.split("+"))) if _BEATS.fullmatch(text.strip()) else 0


def _transposed_fifths(fifths: int, semitones: int) -> int:
    """Sharps of a key that is transposed: -6 to 6, of the two enharmonic ones the nearer."""
    if semitones % 12 == 0:
        return fifths
    transposed = (fifths + 7 * semitones + 6) % 12 - 6
    return 6 if transposed == -6 and fifths > 0 else transposed
