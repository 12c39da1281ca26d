"""Notes as text: `D4 F4 A4 C4+E4+G4/2 r D5/0.5`."""

from __future__ import annotations

import re

from musicgen.errors import InvalidSetting
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.note_names import parse_pitch
from musicgen.score import Score, notes_from

EXAMPLE = "D4 F4 A4 D5/2"
MAX_NOTES = 500
MAX_QUARTERS = 16
_WORD = re.compile(r"(?P<pitches>[^/]+)(/(?P<length>\d{1,2}(\.\d{1,4})?))?")


def parse_notes(text: str) -> Score:
    """Parse notes that follow each other. Raises InvalidSetting, which names the wrong word.

    A word is a note name with octave (C4 is 60), several joined by `+` for a chord, or `r` for a
    rest; after a slash the length in quarters, 1 without one.
    """
    rows: list[tuple[int, int, int]] = []  # start and duration in ticks, pitch
    tick = 0
    for word in text.replace(",", " ").split():
        pitches, duration = _parse_word(word)
        rows += [(tick, duration, pitch) for pitch in pitches]
        tick += duration
        if len(rows) > MAX_NOTES:
            raise InvalidSetting(f"at most {MAX_NOTES} notes can be typed: upload a file instead")
    if not rows:
        raise InvalidSetting(f"type a few notes, such as {EXAMPLE}")
    return Score(notes_from(rows), name="typed notes")


def append_note(text: str, name: str, quarters: float, in_chord: bool = False) -> str:
    """Append a note; in_chord: to the last note, whose length it takes."""
    words = text.split()
    if in_chord and words and not words[-1].casefold().startswith("r"):
        pitches, slash, length = words.pop().partition("/")
        if name not in pitches.split("+"):
            pitches += f"+{name}"
        return " ".join([*words, f"{pitches}{slash}{length}"])
    return " ".join([*words, name if quarters == 1 else f"{name}/{quarters:g}"])


def append_rest(text: str, quarters: float) -> str:
    return append_note(text, "r", quarters)


def remove_last_note(text: str) -> str:
    """Remove the last note, of a chord the last of its notes, or the last rest."""
    words = text.split()
    if not words:
        return ""
    pitches, slash, length = words.pop().partition("/")
    other_pitches, _, _ = pitches.rpartition("+")
    return " ".join([*words, *([f"{other_pitches}{slash}{length}"] if other_pitches else [])])


def _parse_word(word: str) -> tuple[list[int], int]:
    """Pitches, none for a rest, and duration in ticks."""
    match = _WORD.fullmatch(word)
    if match is None:
        raise InvalidSetting(f"'{word[:20]}' is not a note: write C4, C#4+E4/2 or r/0.5")
    ticks = round(float(match["length"] or 1) * TICKS_PER_QUARTER)
    if not 1 <= ticks <= MAX_QUARTERS * TICKS_PER_QUARTER:
        raise InvalidSetting(f"'{word[:20]}': a length is above 0 and at most {MAX_QUARTERS}")
    if match["pitches"] in ("r", "R"):
        return [], ticks
    return sorted({_parse_name(name, word) for name in match["pitches"].split("+")}), ticks


def _parse_name(name: str, word: str) -> int:
    try:
        return parse_pitch(name)
    except InvalidSetting as error:
        raise InvalidSetting(f"'{word[:20]}' is not a note: {error}") from None
