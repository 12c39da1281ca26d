"""Piano roll of a score as inline SVG, as wide as the element that contains it."""

from __future__ import annotations

import numpy as np

from musicgen.rendering.part_colours import part_colour
from musicgen.score import Score

ROW_MARGIN = 2  # keys above the highest and below the lowest note
MIN_SECONDS = 0.03  # width of the shortest notes


def roll_svg(score: Score, *, has_bars: bool = True, has_playhead: bool = False) -> str:
    """The notes as SVG; x in seconds, y in keys from the highest.

    Bar lines have the class `bar`, the playhead the id `now`: the document gives their colours.
    """
    notes = score.notes
    if not len(notes):
        return "<svg></svg>"
    low = int(notes["pitch"].min()) - ROW_MARGIN
    high = int(notes["pitch"].max()) + ROW_MARGIN
    starts = score.seconds_at(notes["start"])
    ends = score.seconds_at(notes["start"] + notes["duration"])
    height, width = high - low + 1, float(ends.max())
    drawn = _bar_lines(score, height) if has_bars else ""
    rows = zip(starts, ends, notes["pitch"].tolist(), notes["part"].tolist(), strict=True)
    drawn += "".join(
        f'<rect x="{start:.3f}" y="{high - pitch}" width="{max(end - start, MIN_SECONDS):.3f}" '
        f'height="1" fill="{part_colour(part)}"/>'
        for start, end, pitch, part in rows
    )
    if has_playhead:
        drawn += f'<path id="now" d="M0 0V{height}"/>'
    view = f'viewBox="0 0 {width:.3f} {height}" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{drawn}</svg>'


def _bar_lines(score: Score, height: int) -> str:
    ticks = np.zeros(0, int) if score.is_performance else score.bar_lines()
    return "".join(f'<path class="bar" d="M{x:.3f} 0V{height}"/>' for x in score.seconds_at(ticks))
