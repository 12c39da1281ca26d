"""Durations of MusicXML: divisions of the quarter, and note types where these are missing."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.musicxml.xml_tree import child_text, to_int, to_number
from musicgen.corpus.readers.written_score import resolution_for

MAX_DIVISIONS = 1_000_000  # of a quarter; programs write at most some ten thousand

_TYPES: tuple[tuple[str, int | Fraction], ...] = (
    ("maxima", 32),
    ("long", 16),
    ("breve", 8),
    ("whole", 4),
    ("half", 2),
    ("quarter", 1),
    ("eighth", Fraction(1, 2)),
    *((f"{2**power}th", Fraction(4, 2**power)) for power in (4, 6, 7, 8, 9, 10)),
    ("32nd", Fraction(1, 8)),
)
TYPE_QUARTERS: dict[str, int | Fraction] = dict(_TYPES)


def to_fraction(text: str | None) -> int | Fraction | None:
    """The number that a text is, exactly; None if it is none."""
    text = (text or "").strip()
    if text.isdecimal() and len(text) < 12:
        return int(text)
    return None if to_number(text) is None or "e" in text.lower() else Fraction(text)


def divisions_of(element: Element) -> int | Fraction | None:
    """The divisions of a quarter that a `<divisions>` states; None if impossible."""
    value = to_fraction(element.text)
    return value if value is not None and 0 < value <= MAX_DIVISIONS else None


def type_quarters(note: Element) -> int | Fraction | None:
    """The duration in quarters that a note's type, dots and tuplet say; None without a type."""
    quarters = TYPE_QUARTERS.get(child_text(note, "type"))
    if quarters is None:
        return None
    dots = min(4, len(note.findall("dot")))
    quarters *= 2 - Fraction(1, 2**dots)
    actual = to_int(child_text(note, "time-modification/actual-notes"), 1)
    normal = to_int(child_text(note, "time-modification/normal-notes"), 1)
    return quarters * Fraction(normal, actual) if actual > 0 and normal > 0 else quarters


def first_divisions(measures: Iterable[Element]) -> int | Fraction:
    """The divisions that a part begins with: as stated, or as its notes' types imply.

    Raises UnreadableScore where neither says how long a note is.
    """
    stated: int | Fraction | None = None
    for measure in measures:
        for element in measure.iter():
            if element.tag == "divisions":
                stated = divisions_of(element)
                if stated is not None:
                    return stated
            elif element.tag == "duration":
                return _implied_divisions(measures)
    return 1


def _implied_divisions(measures: Iterable[Element]) -> int | Fraction:
    """The one number of divisions with which all durations are those of their types."""
    implied = set()
    for measure in measures:
        for note in measure.iterfind("note"):
            duration, quarters = to_fraction(note.findtext("duration")), type_quarters(note)
            if duration and quarters and note.find("rest") is None:
                implied.add(duration / Fraction(quarters))
    if len(implied) != 1:
        raise UnreadableScore(
            "it does not say how long its notes are (<divisions> is missing)",
            "export it again from a notation program",
        )
    return implied.pop()


def resolution_of(divisions: Iterable[int | Fraction]) -> int:
    """Ticks per quarter with which durations in all these divisions are whole, if they fit."""
    return resolution_for(Fraction(value).numerator for value in divisions)
