"""Parts of a score chosen by name, by number, or because they have the melody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.score import Score

MELODY_NAME = re.compile(r"\b(melody|vocals?|soprano|cantus)\b", re.IGNORECASE)  # of a part


def melody_part(score: Score) -> int:
    """The number of the part with the melody: one that is named so, else the highest one."""
    notes = score.notes[~score.is_drum] if not score.is_drum.all() else score.notes
    used = np.unique(notes["part"]).tolist()
    named = [number for number in used if MELODY_NAME.search(score.parts[number].name)]
    heights = {number: notes["pitch"][notes["part"] == number].mean() for number in used}
    return max(named or used, key=heights.__getitem__)


def parts_named(score: Score, text: str) -> list[int]:
    """Numbers of parts from names or numbers from 1 on, with commas between them.

    InvalidSetting for a part that the score does not have.
    """
    names = [part.name.casefold() for part in score.parts]
    chosen = []
    for wanted in (word.strip() for word in text.split(",")):
        if wanted.casefold() in names:
            chosen.append(names.index(wanted.casefold()))
        elif wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:6]) <= len(names):
            chosen.append(int(wanted[:6]) - 1)
        else:
            known = ", ".join(part.name or str(n) for n, part in enumerate(score.parts, 1))
            raise InvalidSetting(f"there is no part '{wanted[:40]}'; there are {known[:200]}")
    return chosen


def only_parts(score: Score, chosen: Sequence[int]) -> Score:
    """The score with the notes and pedal of some parts alone; all parts keep their numbers."""
    notes = score.notes[np.isin(score.notes["part"], chosen)]
    pedal = score.pedal_changes[np.isin(score.pedal_changes["part"], chosen)]
    return replace(score, notes=notes, pedal_changes=pedal, releases=score.releases[:0])
