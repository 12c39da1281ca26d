"""Spines of a Humdrum text: which tokens are notes, of which spine, and what is said of spines.

This is a simple look that knows no rhythm. It says which notes a reader has to find, and carries
what readers do not keep: names, keys, metres and tempo marks with their lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import LIMITS
from musicgen.corpus.readers.written_score import TIE_START, TIE_STOP

KERN = "**kern"
MAX_SPINES = 512  # at a time
_PITCH = re.compile(r"(([A-Ga-g])\2*)(#+|-+)?")
_KEYS = {"c": 60, "d": 62, "e": 64, "f": 65, "g": 67, "a": 69, "b": 71}  # of one small letter
_ORNAMENT = re.compile("[TtMmWwSs$]")
_PATHS = frozenset(("*^", "*v", "*x", "*+", "*-"))


class Place(NamedTuple):
    """The place of a note in the text, as verovio numbers it."""

    line: int  # from 1
    field: int  # from 1
    subtoken: int  # of a chord, from 1; 0 for a note alone


class NoteToken(NamedTuple):
    """A note of the text."""

    spine: int
    pitch: int  # MIDI key, as it sounds
    tie: int  # TIE_START | TIE_STOP


class Interpretation(NamedTuple):
    """A statement about a spine that holds from its line on, such as `*M3/4`."""

    line: int
    spine: int
    text: str


@dataclass
class Spines:
    """What the tokens of a text say."""

    kinds: dict[int, str] = field(default_factory=dict)  # spine: exclusive interpretation
    first_fields: dict[int, int] = field(default_factory=dict)  # field in the first line: spine
    notes: dict[Place, NoteToken] = field(default_factory=dict)
    interpretations: list[Interpretation] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def kern(self) -> list[int]:
        """The spines of notes, from the highest staff to the lowest: from right to left."""
        return sorted((s for s, kind in self.kinds.items() if kind == KERN), reverse=True)


def read_spines(text: str) -> Spines:
    """Follow the spines of a text; raises UnreadableScore where a line does not fit them."""
    result = Spines()
    columns: list[int] = []  # the spine of each field
    lines = list(_lines(text))
    for index, (line, fields) in enumerate(lines):
        if not columns or (fields[0].startswith("**") and len(result.kinds) == 0):
            columns = _start(fields, line, result)
            continue
        if len(fields) != len(columns):
            raise UnreadableScore(
                f"line {line:,} has {len(fields):,} fields where there are {len(columns):,} spines"
            )
        if not _PATHS.isdisjoint(fields) or any(token.startswith("**") for token in fields):
            following = len(lines[index + 1][1]) if index + 1 < len(lines) else 0
            columns = _follow(fields, columns, following, result)
            if len(columns) > MAX_SPINES:
                raise UnreadableScore(f"line {line:,} has more than {MAX_SPINES} spines")
        elif fields[0].startswith("*"):
            for spine, token in zip(columns, fields, strict=True):
                if token != "*":
                    result.interpretations.append(Interpretation(line, spine, token))
        elif fields[0].startswith("="):
            if ":" in "".join(fields):
                result.left_out["~repeats"] += 1
        elif not fields[0].startswith("!"):
            _add_notes(line, fields, columns, result)
    return result


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of the lines but for global comments and empty ones."""
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith("!!"):
            yield number, [token for token in line.split("\t") if token]


def _start(fields: list[str], line: int, result: Spines) -> list[int]:
    """The spines that the first line opens."""
    if not all(token.startswith("**") for token in fields):
        raise UnreadableScore(f"line {line:,} should say what its spines are, such as {KERN}")
    for spine, kind in enumerate(fields):
        result.kinds[spine] = kind
        result.first_fields[spine + 1] = spine
    return list(range(len(fields)))


def _follow(fields: list[str], columns: list[int], following: int, result: Spines) -> list[int]:
    """The columns after a line that splits, joins, exchanges, adds or ends spines.

    following: number of fields of the next line. It decides whether neighbours from different
    spines that are joined become one spine or one for each.
    """
    by_spine = _paths(fields, columns, result, joins_across=False)
    if len(by_spine) == following:
        return by_spine
    return _paths(fields, columns, result, joins_across=True)


def _paths(fields: list[str], columns: list[int], result: Spines, joins_across: bool) -> list[int]:
    columns = _exchanged(fields, columns)
    paths: list[int] = []
    joined: int | None = None  # the spine that the `*v` before are joined to
    for token, spine in zip(fields, columns, strict=True):
        if token == "*v":
            if joined is None or (spine != joined and not joins_across):
                paths.append(spine)
                joined = spine
            continue
        joined = None
        if token == "*-":
            continue
        paths.append(spine)
        if token == "*^":
            paths.append(spine)
        elif token == "*+":
            paths.append(-1)  # a new spine, whose kind the next line says
        elif token.startswith("**"):
            paths[-1] = len(result.kinds)
            result.kinds[paths[-1]] = token
    return paths


def _exchanged(fields: list[str], columns: list[int]) -> list[int]:
    """The columns with each pair of `*x` exchanged."""
    columns = list(columns)
    places = [index for index, token in enumerate(fields) if token == "*x"]
    for first, second in zip(places[::2], places[1::2], strict=False):
        columns[first], columns[second] = columns[second], columns[first]
    return columns


def _add_notes(line: int, fields: list[str], columns: list[int], result: Spines) -> None:
    for number, (spine, token) in enumerate(zip(columns, fields, strict=True), 1):
        if token == "." or result.kinds.get(spine) != KERN:
            continue
        if _ORNAMENT.search(token):
            result.left_out["~ornaments"] += 1
        subtokens = token.split(" ")
        for index, subtoken in enumerate(subtokens, 1):
            pitch = None if "r" in subtoken else _PITCH.search(subtoken)
            if pitch is None:
                continue
            if "q" in subtoken:
                result.left_out["grace notes"] += 1
                continue
            place = Place(line, number, index if len(subtokens) > 1 else 0)
            result.notes[place] = NoteToken(spine, _key_number(pitch), _tie(subtoken))
    if len(result.notes) > LIMITS.notes:
        raise UnreadableScore(f"it holds more than {LIMITS.notes:,} notes")


def _key_number(match: re.Match[str]) -> int:
    """The MIDI key of a pitch: `c` is middle C, `cc` an octave above, `C` below, `c#`, `c-`."""
    letters, letter, accidentals = match[1], match[2], match[3] or ""
    octaves = len(letters) - 1 if letter.islower() else -len(letters)
    return _KEYS[letter.lower()] + 12 * octaves + accidentals.count("#") - accidentals.count("-")


def _tie(token: str) -> int:
    tie = TIE_START if "[" in token or "_" in token else 0
    return tie | (TIE_STOP if "]" in token or "_" in token else 0)
