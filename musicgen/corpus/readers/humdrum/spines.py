"""Spines of a Humdrum text: which tokens are notes, of which spine, and what is said of spines.

This is a simple look that knows no bars, voices or beams. It says which notes a reader has to find
and when, and carries what readers do not keep: names, keys, metres and tempo marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import LIMITS
from musicgen.corpus.readers.written_score import TIE_START, TIE_STOP

KERN = "**kern"
_OTHER = "**text"  # a kind of spine from which verovio takes no durations
MAX_SPINES = 512  # at a time
MAX_BAR_LINES = 2500  # of notes between two bar lines: verovio's time grows with their square
_PITCH = re.compile(r"(([A-Ga-g])\2*)(#+|-+)?")
_KEYS = {"c": 60, "d": 62, "e": 64, "f": 65, "g": 67, "a": 69, "b": 71}  # of one small letter
_RECIPROCAL = re.compile(r"(\d{1,4})(?:%(\d{1,4}))?(\.{0,4})")
_TREMOLO = re.compile("@+[0-9]*@+")  # `@16@`, no duration
_NOT_PLAYED = {"*cue": "cue notes", "*ossia": "notes of an ossia"}
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
    onset: Fraction  # quarters
    end: Fraction


class Interpretation(NamedTuple):
    """A statement about a spine that holds from its line on, such as `*M3/4`."""

    line: int
    spine: int
    text: str


@dataclass
class Column:
    """A field of the lines: a spine or one of the spines that it was split into."""

    spine: int
    end: Fraction = Fraction(0)  # of its last note or rest, in quarters
    not_played: str = ""  # what its notes are, a value of _NOT_PLAYED, while they are not played


@dataclass
class Spines:
    """What the tokens of a text say."""

    kinds: dict[int, str] = field(default_factory=dict)  # spine: exclusive interpretation
    first_fields: dict[int, int] = field(default_factory=dict)  # field in the first line: spine
    notes: dict[Place, NoteToken] = field(default_factory=dict)
    interpretations: list[Interpretation] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    plain_lines: list[str] = field(default_factory=list)  # of the text, with nothing but notes

    @property
    def plain_text(self) -> str:
        """The text without grace notes, and without the tokens of spines that hold no notes.

        verovio delays the notes after grace notes, and takes durations from chord symbols.
        """
        return "\n".join(self.plain_lines)

    def kern(self) -> list[int]:
        """The spines of notes, from the highest staff to the lowest: from right to left."""
        return sorted((s for s, kind in self.kinds.items() if kind == KERN), reverse=True)

    def parts(self) -> dict[int, int]:
        """The number of the part of each spine that holds notes, in the same order."""
        sounding = {note.spine for note in self.notes.values()}
        return {s: n for n, s in enumerate(s for s in self.kern() if s in sounding)}


def read_spines(text: str) -> Spines:
    """Follow the spines of a text; raises UnreadableScore where a line does not fit them."""
    result = Spines(plain_lines=text.split("\n"))
    columns: list[Column] = []
    in_bar = 0  # lines of notes since the bar line
    lines = list(_lines(text))
    for index, (line, fields) in enumerate(lines):
        if not columns or (fields[0].startswith("**") and len(result.kinds) == 0):
            columns = _start(fields, line, result)
            _check_spines(columns, line)
            continue
        if len(fields) != len(columns):
            raise UnreadableScore(
                f"line {line:,} has {len(fields):,} fields where there are {len(columns):,} spines"
            )
        if not _PATHS.isdisjoint(fields) or any(token.startswith("**") for token in fields):
            _hide_others(line, fields, result)
            following = len(lines[index + 1][1]) if index + 1 < len(lines) else 0
            columns = _follow(fields, columns, following, result)
            _check_spines(columns, line)
        elif fields[0].startswith("*"):
            for column, token in zip(columns, fields, strict=True):
                if token in _NOT_PLAYED:
                    column.not_played = _NOT_PLAYED[token]
                elif token.startswith("*X") and f"*{token[2:]}" in _NOT_PLAYED:
                    column.not_played = ""
                elif token != "*":
                    said = Interpretation(line, column.spine, token)
                    result.interpretations.append(said)
        elif fields[0].startswith("="):
            in_bar = 0
            if ":" in "".join(fields):
                result.left_out["~repeats"] += 1
        elif not fields[0].startswith("!"):
            in_bar += 1
            if in_bar > MAX_BAR_LINES:
                raise UnreadableScore(f"the bar before line {line:,} is too long", "add bar lines")
            _add_data(line, fields, columns, result)
    return result


def _check_spines(columns: Sequence[Column], line: int) -> None:
    if len(columns) > MAX_SPINES:
        raise UnreadableScore(f"line {line:,} has more than {MAX_SPINES} spines")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of the lines but for global comments and empty ones."""
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith("!!"):
            # verovio does not survive spaces around a token.
            yield number, [token.strip(" ") or "." for token in line.split("\t") if token]


def _start(fields: list[str], line: int, result: Spines) -> list[Column]:
    """The spines that the first line opens."""
    if not all(token.startswith("**") for token in fields):
        raise UnreadableScore(f"line {line:,} should say what its spines are, such as {KERN}")
    for spine, kind in enumerate(fields):
        result.kinds[spine] = kind
        result.first_fields[spine + 1] = spine
    _hide_others(line, fields, result)
    return [Column(spine) for spine in range(len(fields))]


def _hide_others(line: int, fields: list[str], result: Spines) -> None:
    """Call spines that hold no notes `**text` in the plain text."""
    named = (_OTHER if token.startswith("**") and token != KERN else token for token in fields)
    result.plain_lines[line - 1] = "\t".join(named)


def _follow(
    fields: list[str], columns: list[Column], following: int, result: Spines
) -> list[Column]:
    """The columns after a line that splits, joins, exchanges, adds or ends spines.

    following: number of fields of the next line. Neighbours that are joined become one spine;
    raises UnreadableScore where the next line has one for each, which verovio does not survive.
    """
    columns = _exchanged(fields, columns)
    for column, token in zip(columns, fields, strict=True):
        if token.startswith("**"):
            column.spine = len(result.kinds)
            result.kinds[column.spine] = token
    by_spine = _paths(fields, columns, joins_across=False)
    across = _paths(fields, columns, joins_across=True)
    if len(across) < len(by_spine) == following:
        raise UnreadableScore(
            "two spines are joined side by side in one line", "join them in two lines"
        )
    return across


def _paths(fields: list[str], columns: list[Column], joins_across: bool) -> list[Column]:
    paths: list[Column] = []
    joined: int | None = None  # the spine that the `*v` before are joined to
    now = max(column.end for column in columns)
    for token, column in zip(fields, columns, strict=True):
        if token == "*v":
            if joined is None or (column.spine != joined and not joins_across):
                paths.append(column)
                joined = column.spine
            else:
                paths[-1] = replace(paths[-1], end=max(paths[-1].end, column.end))
            continue
        joined = None
        if token == "*-":
            continue
        paths.append(column)
        if token == "*^":
            paths.append(replace(column))
        elif token == "*+":
            paths.append(Column(-1, now))  # a new spine, whose kind the next line says
    return paths


def _exchanged(fields: list[str], columns: list[Column]) -> list[Column]:
    """The columns with each pair of `*x` exchanged."""
    columns = list(columns)
    places = [index for index, token in enumerate(fields) if token == "*x"]
    for first, second in zip(places[::2], places[1::2], strict=False):
        if second > first + 1:  # verovio does not survive it
            raise UnreadableScore("two spines change places that are not beside each other")
        columns[first], columns[second] = columns[second], columns[first]
    return columns


def _add_data(line: int, fields: list[str], columns: list[Column], result: Spines) -> None:
    """Take the notes of a line, and put a comment in place of a line that holds nothing.

    They begin where the last tokens of their columns end; of columns that differ, at the latest.
    """
    _take_out_others(line, fields, columns, result)
    kern = [
        (number, column, fields[number - 1])
        for number, column in enumerate(columns, 1)
        if result.kinds.get(column.spine) == KERN and fields[number - 1] != "."
    ]
    if all(token == "." for token in fields):
        result.plain_lines[line - 1] = "\t".join("!" * len(fields))
    onset = max((column.end for _, column, _ in kern), default=Fraction(0))
    for number, column, token in kern:
        duration = _duration(token)
        if duration is None:
            continue
        column.end = onset + duration
        if _ORNAMENT.search(token):
            result.left_out["~ornaments"] += 1
        subtokens = token.split(" ")
        for index, subtoken in enumerate(subtokens, 1):
            pitch = None if "r" in subtoken else _PITCH.search(subtoken)
            if pitch and column.not_played:
                result.left_out[column.not_played] += 1
            elif pitch:
                place = Place(line, number, index if len(subtokens) > 1 else 0)
                result.notes[place] = NoteToken(
                    column.spine, _key_number(pitch), _tie(subtoken), onset, column.end
                )
            elif "R" in subtoken:
                result.left_out["notes without a pitch"] += 1
    if len(result.notes) > LIMITS.notes:
        raise UnreadableScore(f"it holds more than {LIMITS.notes:,} notes")


def _take_out_others(line: int, fields: list[str], columns: list[Column], result: Spines) -> None:
    """Put a null token in place of grace notes, and of tokens of spines that hold no notes."""
    for index, (column, token) in enumerate(zip(columns, fields, strict=True)):
        if result.kinds.get(column.spine) != KERN:
            fields[index] = "."
        elif "q" in token:
            subtokens = token.split(" ")
            others = [subtoken for subtoken in subtokens if "q" not in subtoken]
            result.left_out["grace notes"] += len(subtokens) - len(others)
            fields[index] = " ".join(others) or "."
    result.plain_lines[line - 1] = "\t".join(fields)


def _duration(token: str) -> Fraction | None:
    """Quarters of a note or rest: `4`, `8.`, `0` for a breve, `3%2` for 2/3 of a whole note."""
    match = _RECIPROCAL.search(_TREMOLO.sub("", token))
    if match is None:
        return None
    if set(match[1]) == {"0"}:
        quarters = Fraction(4 * 2 ** len(match[1]))
    else:
        quarters = Fraction(4 * max(1, int(match[2] or 1)), int(match[1]))
    return quarters * (2 - Fraction(1, 2 ** len(match[3])))


def _key_number(match: re.Match[str]) -> int:
    """The MIDI key of a pitch: `c` is middle C, `cc` an octave above, `C` below, `c#`, `c-`."""
    letters, letter, accidentals = match[1], match[2], match[3] or ""
    octaves = len(letters) - 1 if letter.islower() else -len(letters)
    return _KEYS[letter.lower()] + 12 * octaves + accidentals.count("#") - accidentals.count("-")


def _tie(token: str) -> int:
    tie = TIE_START if "[" in token or "_" in token else 0
    return tie | (TIE_STOP if "]" in token or "_" in token else 0)
