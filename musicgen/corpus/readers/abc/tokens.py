"""Tokens of a line of ABC music."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from musicgen.corpus.errors import UnreadableScore

_STRING = r'"(?:\\.|[^"\\])*"'
_DECORATION = r"!(?P<name>[^\s!|\"\[\]:]{1,40})!"
_NUMBERS = r"\d+(?:[,-]\d+)*"  # of an ending
_LENGTH = r"\d*/*\d*"
_PITCH = r"(?P<accidental>\^\^|\^|__|_|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)"
_NOTE = rf"{_PITCH}(?P<length>{_LENGTH})"

# Tried in this order at each place of a line.
_PATTERNS = {
    "field": r"\[[A-Za-z]:[^\]]*\]",
    "bar": rf"(?:\.?(?:(?::\s*|\[|\]){{0,8}}\||::|:\])(?:[|:\]]|\[(?=[|\]]))*|\[\])(?:{_NUMBERS})?",
    "ending": rf"\[\s*{_NUMBERS}",
    "chord": rf"\[(?:{_STRING}|![^\s!|]*!|[^\]\"!|\[])*\]{_LENGTH}",
    "named_ending": rf"\[{_STRING}",
    "microtone": r"[\^_][\d/]+[A-Ga-g]",
    "note": _NOTE.replace("?P<", "?P<_"),
    "rest": rf"[zx]{_LENGTH}",
    "bar_rest": r"[ZX]\d*",
    "tuplet": r"\(\d+(?::\d*)?(?::\d*)?",
    "dots": ":",
    "overlay": r"\(&|&\)|&+",
    "broken": r"<+|>+",
    "grace": r"\{[^{}]*\}",
    "tie": r"\.?-",
    "string": _STRING,
    "decoration": rf"{_DECORATION}|\+[^\s+|]{{1,40}}\+|[H-Wh-w~]|\.(?![|:(])",
    "silent": r"\.?\(|\)|y[\d/]*|[\s`$!*;?@#]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_IN_CHORD = re.compile(
    rf"(?P<note>{_NOTE})(?P<tie>\.?-)?|(?P<silent>{_STRING}|![^\s!|]*!|[\sH-Wh-w~.()])"
)
_GRACE_NOTE = re.compile(_PITCH)
_ALTERATIONS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MAX_CHORD_CHARACTERS = 1_000
_MAX_DIGITS = 9  # of a number; with more the times of a piece overflow


class Token(NamedTuple):
    """A token: its kind (a key of _PATTERNS) and its text."""

    kind: str
    text: str


class NoteToken(NamedTuple):
    """A note as written."""

    letter: str  # in upper case
    octave: int  # 4 is that of middle C
    alteration: int | None  # semitones; None without an accidental
    length: Fraction  # in unit note lengths
    is_tied: bool = False

    @property
    def natural_pitch(self) -> int:
        """MIDI key number without accidentals."""
        return 12 * (self.octave + 1) + _PITCH_CLASSES[self.letter]


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a line; raises UnreadableScore at what is not ABC."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnreadableScore(f"'{text[position : position + 12]}' is not ABC")
        kind = match.lastgroup or ""  # the outermost group
        if kind != "silent":
            yield Token(kind, match[0])
        position = match.end()


@lru_cache(maxsize=1024)
def length_of(text: str) -> Fraction:
    """A note's length in unit note lengths: `3/2`, `/`, `//`, `2`; 1 for an empty text."""
    numerator, slashes, denominator = _length_parts(text)
    if max(len(numerator), len(denominator), len(slashes)) > _MAX_DIGITS:
        raise UnreadableScore(f"a note's length of '{text[:30]}' is not supported")
    if denominator and len(slashes) > 1:
        raise UnreadableScore(f"the length '{text[:30]}' is not ABC")
    divisor = int(denominator or 2 ** len(slashes))
    length = Fraction(int(numerator or 1), divisor) if divisor else Fraction(0)
    if not length:
        raise UnreadableScore(f"a note has the length '{text[:30]}'")
    return length


def _length_parts(text: str) -> tuple[str, str, str]:
    numerator = text.split("/")[0]
    denominator = text.rsplit("/")[-1] if "/" in text else ""
    return numerator, "/" * text.count("/"), denominator


def note_of(text: str) -> NoteToken:
    """The note of a token `note`."""
    match = re.match(_NOTE, text)
    assert match is not None
    return _note(match, length_of(match["length"]))


def chord_of(text: str) -> tuple[list[NoteToken], Fraction]:
    """The notes of a token `chord`, and the factor of their lengths; raises UnreadableScore."""
    if len(text) > _MAX_CHORD_CHARACTERS:
        raise UnreadableScore(f"a chord has {len(text):,} characters")
    body, _, length = text[1:].rpartition("]")
    notes, position = [], 0
    while position < len(body):
        match = _IN_CHORD.match(body, position)
        if match is None:
            raise UnreadableScore(f"'[{body[:30]}]' is no chord of ABC")
        if match["note"]:
            note = _note(match, length_of(match["length"]))
            notes.append(note._replace(is_tied=bool(match["tie"])))
        position = match.end()
    if not notes:
        raise UnreadableScore(f"'[{body[:30]}]' is no chord of ABC")
    return notes, length_of(length)


def grace_notes_of(text: str) -> Iterator[NoteToken]:
    """The notes of a token `grace`."""
    return (_note(match, Fraction(1)) for match in _GRACE_NOTE.finditer(text))


def _note(match: re.Match[str], length: Fraction) -> NoteToken:
    letter, marks = match["letter"], match["octave"]
    octave = 4 + letter.islower() + marks.count("'") - marks.count(",")
    accidental = match["accidental"]
    alteration = _ALTERATIONS[accidental] if accidental else None
    return NoteToken(letter.upper(), octave, alteration, length)
