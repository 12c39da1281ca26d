"""Chord symbols as musicians type them: `F#m7b5`, `B♭6/9`, `Csus2`, `G13(#11)`, `Am/E`.

A symbol is a root, a triad, a number and changes of notes, in that order. It is read as the chord
of the vocabulary that has its third, fifth and seventh: `C9` as `C7`, `Fm6` as `Fm`. `Csus2` has
the notes of a suspended fourth, and is read as `Gsus4/C`.
"""

from __future__ import annotations

import re

from musicgen.errors import MusicgenError
from musicgen.theory.harmony.vocabulary import (
    NO_CHORD,
    NO_CHORD_SYMBOL,
    QUALITY_NAMES,
    Chord,
    chord_of,
)

KNOWN = (
    "C, Cm, Cdim (C°), Caug (C+), C5, C6, C6/9, C7, Cmaj7 (CΔ), Cm7, Cm7b5 (Cø), Cdim7, CmMaj7, "
    "C9, C11, C13, C7b9, C7alt, Cadd9, Csus2, Csus4, C/E, N.C."
)
_NO_CHORD = ("nc", "n.c", "n", "nochord")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NOTE = re.compile(r"([A-G])(##|bb|[#b]?)")
_SIGNS = str.maketrans({  # signs that look alike, as one
    "♭": "b", "♯": "#", "𝄫": "bb", "𝄪": "##", "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "º": "°",
    "˚": "°", "Ø": "ø", "∅": "ø", "△": "Δ", "∆": "Δ", "^": "Δ",
})  # fmt: skip
_MAJOR = ("major", "Major", "maj", "Maj", "MAJ", "Ma", "M", "Δ", "j")
_TRIADS = (  # beginnings of what follows the root, longer ones first; "" is a major triad
    ("half-diminished", ("halfdim7", "halfdim", "hdim7", "hdim", "ø7", "ø")),
    ("minor", ("minor", "min", "Min", "MIN", "mi", "Mi", "-")),
    ("major", _MAJOR),
    ("diminished", ("diminished", "dim", "°", "o")),
    ("augmented", ("augmented", "aug", "+")),
    ("minor", ("m",)),
)
_NOT_TRIADS = ("+5", "-5")  # a changed fifth
_MAJOR_WORDS = frozenset({*_MAJOR, "ma"})
_NUMBER = re.compile(r"dom7|69|13|11|9|7|6|5|4|2")
_CHANGE = re.compile(
    r"sus(?:24|42|2|4)?|alt|(?:add|omit|no)[#b]?(?:13|11|9|7|6|5|4|3|2)|"
    r"(?:maj|Maj|ma|M|Δ)7?|[#b+-](?:13|11|10|9|6|5|4)|13|11|9|7|6"
)


class UnknownChord(MusicgenError, ValueError):
    """A symbol that is not a chord; the message continues `'H7' ...`."""


def parse_chord(symbol: str) -> Chord:
    """Read a chord symbol. Raises UnknownChord."""
    text = symbol.translate(_SIGNS)
    if symbol == NO_CHORD_SYMBOL or text.rstrip(".").lower() in _NO_CHORD:
        return NO_CHORD
    note = _NOTE.match(text)
    if note is None:
        raise UnknownChord("is not a chord: its root is not a note A to G, as a capital letter")
    ending = re.sub(r"[()\[\],\s]", "", text[note.end() :]).replace("6/9", "69")
    ending, slash, bass = ending.partition("/")
    if slash and re.fullmatch(r"[#b]?\d+", bass):  # C7/9 is C7 with a ninth
        ending, slash, bass = f"{ending}add{bass}", "", ""
    lowest = _NOTE.fullmatch(bass)
    if slash and lowest is None:
        raise UnknownChord(f"has no bass: {bass!r} after the slash is not a note A to G")
    root = _pitch_class(note)
    bass_class = root if lowest is None else _pitch_class(lowest)
    quality, is_second = _quality(ending, note[0])
    if is_second:  # C D G are the notes of G C D
        root = (root + 7) % 12
    return chord_of(root, QUALITY_NAMES.index(quality), bass_class)


def _quality(text: str, note: str) -> tuple[str, bool]:
    """Quality of what follows a root, and whether it is a suspended second on it."""
    triad, is_major_word, rest = _triad(text)
    number = _NUMBER.match(rest)
    figures = number[0] if number else ""
    changes = _changes(rest[len(figures) :])
    if changes is None:
        raise UnknownChord(
            f"is not a chord that is known: {text!r} after {note} is none of the endings in {KNOWN}"
        )
    suspensions = {change for change in changes if change.startswith("sus")}
    if suspensions or (figures == "4" and triad == "major"):
        return "suspended fourth", suspensions == {"sus2"}
    is_seventh = figures in ("7", "9", "11", "13", "dom7") or "7" in changes or "alt" in changes
    is_major_seventh = any(change.rstrip("7") in _MAJOR_WORDS for change in changes)
    is_major_seventh |= is_major_word and (is_seventh or text[:1] in ("Δ", "j"))
    return _named(triad, _fifth(triad, changes), is_seventh, is_major_seventh), False


def _triad(text: str) -> tuple[str, bool, str]:
    """Triad that a text begins with, whether a word for major says so, and what is left."""
    if text.startswith("ma") and not text.startswith(("maj", "madd")):
        text = "M" + text[2:]
    for triad, words in _TRIADS:
        for word in words:
            if text.startswith(word) and not text.startswith(_NOT_TRIADS):
                return triad, triad == "major", text[len(word) :]
    return "major", False, text


def _changes(text: str) -> list[str] | None:
    """Changes of notes, one after another; None where one is not known."""
    changes = []
    while text:
        change = _CHANGE.match(text)
        if change is None:
            return None
        changes.append(change[0])
        text = text[change.end() :]
    return changes


def _fifth(triad: str, changes: list[str]) -> str:
    """How the fifth of a triad is changed: `b`, `#` or not at all."""
    if triad == "diminished" or triad == "half-diminished" or {"b5", "-5"} & set(changes):
        return "b"
    return "#" if triad == "augmented" or {"#5", "+5"} & set(changes) else ""


def _named(triad: str, fifth: str, is_seventh: bool, is_major_seventh: bool) -> str:
    """Chord of the vocabulary with these notes, or without those that none of it has."""
    if triad == "half-diminished" or (triad == "minor" and fifth == "b" and is_seventh):
        return "half-diminished seventh"
    if triad in ("diminished", "minor") and fifth == "b":
        return "diminished seventh" if is_seventh and not is_major_seventh else "diminished"
    if triad == "minor":  # with a major seventh it is none of the vocabulary
        return "minor seventh" if is_seventh and not is_major_seventh else "minor"
    if is_major_seventh:
        return "augmented" if fifth == "#" else "major seventh"
    if is_seventh:
        return "dominant seventh"
    return "augmented" if fifth == "#" else "major"


def _pitch_class(note: re.Match[str]) -> int:
    return (_LETTERS[note[1]] + note[2].count("#") - note[2].count("b")) % 12
