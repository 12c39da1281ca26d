"""Names of the parts of a score, as they are printed and written to files."""

from __future__ import annotations

import re
from collections import Counter

from musicgen.score import Score
from musicgen.theory.general_midi import part_instrument, part_name

# What XML cannot hold, and lone surrogates.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def part_names(score: Score) -> list[str]:
    """Name of each part: its own, else its instrument's, numbered where several have the same."""
    names = [clean_text(part_name(part)) or part_instrument(part) for part in score.parts]
    count, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} {seen[name]}" if count[name] > 1 else name)
    return numbered


def clean_text(text: str) -> str:
    """Text on one line, without the characters that no XML file can hold."""
    return " ".join(_FORBIDDEN.sub("?", text).split())
