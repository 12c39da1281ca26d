"""The form of a piece: which of its bars come again.

A form has a letter for each full bar, the same for bars that begin the same notes at the same
places: `ABCDEBCH`. Lengths of notes do not count, and a bar of one note or none is always new.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase

from musicgen.score import Score, bar_positions, first_bar_number

LETTERS = ascii_uppercase + ascii_lowercase
MOST_LETTERS = len(LETTERS)
LEAST_NOTES = 2  # of a bar that can come again


def form_of(score: Score) -> str:
    """A letter for each full bar, as many as there are letters."""
    upbeat = 1 - first_bar_number(score.metres)
    bars, places, _ = bar_positions(score.metres, score.notes["start"])
    columns = (bars.tolist(), places.tolist(), score.notes["pitch"].tolist())
    notes: dict[int, set[tuple[int, int]]] = {}
    for bar, place, pitch in zip(*columns, strict=True):
        notes.setdefault(bar, set()).add((place, pitch))
    first: dict[frozenset[tuple[int, int]], int] = {}
    letters = []
    for number in range(min(score.bars - upbeat, MOST_LETTERS)):
        same = frozenset(notes.get(number + upbeat, ()))
        comes_from = first.setdefault(same, number) if len(same) >= LEAST_NOTES else number
        letters.append(LETTERS[comes_from])
    return "".join(letters)


def check_form(form: str) -> None:
    """ValueError where it is none."""
    if len(form) > MOST_LETTERS or not set(form) <= set(LETTERS):
        raise ValueError(
            f"a form is at most {MOST_LETTERS} letters, one for each bar: '{form[:60]}'"
        )


def earlier_bars(form: str, upbeat: int) -> dict[int, int]:
    """By bar (from 0, upbeats included) the earlier one that it is to be like."""
    return {
        bar + upbeat: form.index(letter) + upbeat
        for bar, letter in enumerate(form)
        if form.index(letter) < bar
    }
