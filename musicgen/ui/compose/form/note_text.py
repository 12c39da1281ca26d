"""Notes typed as text: `D4 F4 A4 C4+E4+G4/2 r D5/0.5`."""

from __future__ import annotations

import re

from musicgen.rendering.note_names import parse_pitch
from musicgen.score import TICKS_PER_QUARTER, Score, notes_from

MOST_NOTES = 500
LONGEST_QUARTERS = 16
_ITEM = re.compile(r"(?P<pitches>[^/]+)(/(?P<length>\d{1,2}(\.\d{1,4})?))?")


def typed_score(text: str) -> Score:
    """A score from typed notes; ValueError says which word is wrong and what would be right.

    Words are note names with octave (C4 is 60), joined by `+` where they sound together, or `r`
    for a rest; after a slash the length in quarters, 1 where none is given.
    """
    rows: list[tuple[int, int, int]] = []
    now = 0
    for word in text.replace(",", " ").split():
        pitches, ticks = _item(word)
        rows += [(now, ticks, pitch) for pitch in pitches]
        now += ticks
        if len(rows) > MOST_NOTES:
            raise ValueError(f"at most {MOST_NOTES} notes can be typed: upload a file instead")
    if not rows:
        raise ValueError("type a few notes, such as D4 F4 A4 D5/2")
    return Score(notes_from(rows), name="typed notes")


def with_note(text: str, name: str, quarters: float, together: bool = False) -> str:
    """The text and one note more; together: it sounds with the last one, and as long as that."""
    words = text.split()
    if together and words and not words[-1].casefold().startswith("r"):
        pitches, slash, length = words.pop().partition("/")
        if name not in pitches.split("+"):
            pitches += f"+{name}"
        return " ".join([*words, f"{pitches}{slash}{length}"])
    return " ".join([*words, name if quarters == 1 else f"{name}/{quarters:g}"])


def with_rest(text: str, quarters: float) -> str:
    """The text and a silence."""
    return with_note(text, "r", quarters)


def without_last(text: str) -> str:
    """The text without its last note, which may be one of several that sound together."""
    words = text.split()
    if not words:
        return ""
    pitches, slash, length = words.pop().partition("/")
    rest, _, _ = pitches.rpartition("+")
    return " ".join([*words, *([f"{rest}{slash}{length}"] if rest else [])])


def _item(word: str) -> tuple[list[int], int]:
    """The pitches and the length in ticks of one word."""
    found = _ITEM.fullmatch(word)
    if found is None:
        raise ValueError(f"'{word[:20]}' is not a note: write C4, C#4+E4/2 or r/0.5")
    ticks = round(float(found["length"] or 1) * TICKS_PER_QUARTER)
    if not 1 <= ticks <= LONGEST_QUARTERS * TICKS_PER_QUARTER:
        raise ValueError(f"'{word[:20]}': a length is above 0 and at most {LONGEST_QUARTERS}")
    if found["pitches"] in ("r", "R"):
        return [], ticks
    return sorted({_pitch(name, word) for name in found["pitches"].split("+")}), ticks


def _pitch(name: str, word: str) -> int:
    try:
        return parse_pitch(name)
    except ValueError as problem:
        raise ValueError(f"'{word[:20]}' is not a note: {problem}") from None
