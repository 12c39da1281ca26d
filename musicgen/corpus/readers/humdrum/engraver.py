"""Onsets and ends of a Humdrum text's notes, by verovio (humlib)."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from typing import Any

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.humdrum.spines import Place

_ID = re.compile(r"(note|rest|measure)-L(\d+)(?:F(\d+))?(?:S(\d+))?(?!.*-rend)")
_STAFF = re.compile(r'<staffDef xml:id="staffdef-L\d+F(\d+)"(.*?)</staffDef>', re.DOTALL)
_PROGRAM = re.compile(r'midi\.instrnum="(\d+)"')
END_LINE = 10**9  # after the last line of any text
_MAX_DENOMINATOR = 1024  # of times in quarters; verovio gives them as floating-point numbers


@dataclass
class Placed:
    """Times, in quarters, that verovio gives to the tokens of a text."""

    onsets: dict[Place, Fraction] = field(default_factory=dict)
    ends: dict[Place, Fraction] = field(default_factory=dict)
    bars: dict[int, Fraction] = field(default_factory=dict)  # line of a bar line: its time
    lines: dict[int, Fraction] = field(default_factory=dict)  # line with a known time: its time
    programs: dict[int, int] = field(default_factory=dict)  # field of the first line: program

    def span(self, place: Place) -> tuple[Fraction, Fraction]:
        """Onset and end of a note, in quarters."""
        return self.onsets[place], self.ends[place]

    @cached_property
    def _sorted_lines(self) -> list[int]:
        return sorted(self.lines)

    def time_at(self, line: int) -> Fraction:
        """The time of a line, which is that of the next line with a known time."""
        index = bisect_left(self._sorted_lines, line)
        if index == len(self._sorted_lines):
            return max(self.ends.values(), default=Fraction(0))
        return self.lines[self._sorted_lines[index]]


def place_notes(text: str) -> Placed:
    """Let verovio read a text; raises UnreadableScore if it does not."""
    import verovio  # loads its fonts: only where needed

    verovio.enableLog(verovio.LOG_OFF)
    # A new one for each text: keys leak from one text to the next otherwise.
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(str(files("verovio") / "data"))
    toolkit.setOptions({"inputFrom": "humdrum", "breaks": "none", "expandNever": True})
    if not toolkit.loadData(text):
        raise UnreadableScore("it is not Humdrum that can be read")
    placed = Placed()
    timemap = toolkit.renderToTimemap({"includeMeasures": True, "includeRests": True})
    for entry in timemap:
        _add_entry(entry, placed)
    if "*I" in text:
        placed.programs = _programs(toolkit.getMEI())
    return placed


def _add_entry(entry: dict[str, Any], placed: Placed) -> None:
    time = Fraction(entry["qstamp"]).limit_denominator(_MAX_DENOMINATOR)
    for identifier in (*entry.get("on", ()), *entry.get("restsOn", ())):
        match = _ID.match(identifier)
        if not match:
            continue
        placed.lines.setdefault(int(match[2]), time)
        if match[1] == "note":
            placed.onsets.setdefault(_place(match), time)
    for identifier in entry.get("off", ()):
        match = _ID.match(identifier)
        if match:
            placed.ends[_place(match)] = time
    match = _ID.match(str(entry.get("measureOn", "")))
    if match:
        placed.lines.setdefault(int(match[2]), time)
        placed.bars[int(match[2])] = time


def _place(match: re.Match[str]) -> Place:
    return Place(int(match[2]), int(match[3] or 0), int(match[4] or 0))


def _programs(mei: str) -> dict[int, int]:
    """General MIDI programs of the staves that name an instrument, by field of the first line."""
    programs: dict[int, int] = {}
    for match in _STAFF.finditer(mei):
        program = _PROGRAM.search(match[2])
        if program:
            programs.setdefault(int(match[1]), int(program[1]))
    return programs
