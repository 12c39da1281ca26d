"""The form of a piece: which of its bars repeat an earlier one.

A form has a letter per full bar, such as `ABCDEBCH`. Bars with the same onsets and pitches have
the same letter; durations do not matter. A bar with fewer than MIN_NOTES notes is always new.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase

from musicgen.errors import InvalidSetting
from musicgen.score import Score

LETTERS = ascii_uppercase + ascii_lowercase
MAX_LETTERS = len(LETTERS)
MIN_NOTES = 2  # of a bar that can be a repeat


def form_of(score: Score) -> str:
    """The form of a score, at most MAX_LETTERS long; empty for a performance, without bars."""
    if score.is_performance:
        return ""
    score = score.on_grid().pitched
    pickup = 1 - score.first_bar_number
    bars, places, _ = score.bar_positions(score.notes["start"])
    columns = (bars.tolist(), places.tolist(), score.notes["pitch"].tolist())
    notes: dict[int, set[tuple[int, int]]] = {}
    for bar, place, pitch in zip(*columns, strict=True):
        notes.setdefault(bar, set()).add((place, pitch))
    first_bars: dict[frozenset[tuple[int, int]], int] = {}
    letters = []
    for bar in range(min(score.bars - pickup, MAX_LETTERS)):
        content = frozenset(notes.get(bar + pickup, ()))
        first = first_bars.setdefault(content, bar) if len(content) >= MIN_NOTES else bar
        letters.append(LETTERS[first])
    return "".join(letters)


def check_form(form: str) -> None:
    """Raise InvalidSetting if the text is not a form."""
    if len(form) > MAX_LETTERS or not set(form) <= set(LETTERS):
        raise InvalidSetting(f"a form is at most {MAX_LETTERS} letters, one per bar: '{form[:60]}'")


def earlier_bars(form: str, pickup: int) -> dict[int, int]:
    """Map each repeated bar to the bar that it repeats, both counted from 0 with the pickup.

    pickup: 1 if the piece begins with a pickup bar, else 0.
    """
    return {
        bar + pickup: form.index(letter) + pickup
        for bar, letter in enumerate(form)
        if form.index(letter) < bar
    }
