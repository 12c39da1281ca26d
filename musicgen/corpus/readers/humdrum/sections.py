"""Sections of a Humdrum text: the endings that are left out where each section is read once."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from musicgen.corpus.readers.humdrum.engraver import END_LINE, Placed
from musicgen.corpus.readers.humdrum.spines import Spines

_LIST = re.compile(r"\*>(norep)?\[(.*)\]")
_LABEL = re.compile(r"\*>([^\[\]]+)")


def spans_to_cut(spines: Spines, placed: Placed) -> list[tuple[Fraction, Fraction]]:
    """The spans, in quarters, of sections that are not read.

    With a list `*>norep[A,A2,B]` these are the sections that it does not name; without one, all
    endings of a section (A1, A2 of A) but the last, where the list `*>[A,A1,A,A2]` has both.
    """
    played: list[str] = []
    without_repeats: list[str] = []
    labels: dict[int, str] = {}  # line: label
    for _, _, text in spines.interpretations:
        names = _LIST.fullmatch(text)
        if names and names[1]:
            without_repeats = names[2].split(",")
        elif names:
            played = names[2].split(",")
    for line, _, text in spines.interpretations:
        label = _LABEL.fullmatch(text)
        if label:
            labels.setdefault(line, label[1])
    if not labels or not (played or without_repeats):
        return []
    wanted = set(without_repeats) if without_repeats else set(labels.values()) - _early(played)
    starts = [(placed.time_at(line), label) for line, label in sorted(labels.items())]
    stops = [*(start for start, _ in starts[1:]), placed.time_at(END_LINE)]
    return [
        (start, stop)
        for (start, label), stop in zip(starts, stops, strict=True)
        if label not in wanted and stop > start
    ]


def _early(played: list[str]) -> set[str]:
    """Endings of a section that a later ending of the same section replaces."""
    endings: dict[str, list[str]] = {}
    for section, ending in pairwise(played):
        if re.fullmatch(re.escape(section) + r"\d+", ending):
            endings.setdefault(section, []).append(ending)
    return {early for found in endings.values() for early in found[:-1] if early != found[-1]}
