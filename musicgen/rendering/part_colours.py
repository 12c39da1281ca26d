"""Colours of a score's parts."""

from __future__ import annotations

# Okabe and Ito's colours, distinct for every kind of eyesight, on white and on black.
PART_COLOURS = ("#3a86d8", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#9a8c2c")


def part_colour(part: int) -> str:
    """Colour of a part by its number, from 0."""
    return PART_COLOURS[part % len(PART_COLOURS)]
