"""The HTML document of a piece: sound, piano roll, print."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

import numpy as np

from musicgen.rendering.figures.roll import part_colour, part_labels
from musicgen.rendering.musicxml import Unprintable
from musicgen.rendering.svg import score_svgs
from musicgen.score import Score

MAX_PRINTED_NOTES = 6000
ROW_MARGIN = 2  # keys above the highest and below the lowest note
_TEMPLATE = Path(__file__).with_name("page.html")
_XML_DECLARATION = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>")


def page_html(score: Score, mp3: bytes, facts: Sequence[str] = ()) -> bytes:
    """One file that shows the score and plays its sound. mp3: of the score. facts: below its name.

    It loads nothing from elsewhere.
    """
    labels = part_labels(score)
    swatch = '<span class="swatch" style="background:{}"></span>'
    parts = "".join(
        f"<li>{swatch.format(part_colour(part))} {html.escape(label)}</li>"
        for part, label in enumerate(labels)
    )
    text = Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=html.escape(score.name or "A piece"),
        facts=html.escape(" · ".join(facts)),
        sound=base64.b64encode(mp3).decode(),
        roll=_roll(score),
        parts=parts,
        pages="".join(_printed(score)),
    )
    return text.encode()


def _roll(score: Score) -> str:
    """The notes as SVG; x in seconds, y in keys from the highest."""
    notes = score.notes
    if not len(notes):
        return "<svg></svg>"
    low = int(notes["pitch"].min()) - ROW_MARGIN
    high = int(notes["pitch"].max()) + ROW_MARGIN
    starts = score.seconds_at(notes["start"])
    ends = score.seconds_at(notes["start"] + notes["duration"])
    height, width = high - low + 1, float(ends.max())
    ticks = np.zeros(0, int) if score.is_performance else score.bar_lines()
    lines = score.seconds_at(ticks)
    bars = "".join(f'<path class="bar" d="M{x:.3f} 0V{height}"/>' for x in lines)
    rows = zip(starts, ends, notes["pitch"].tolist(), notes["part"].tolist(), strict=True)
    boxes = "".join(
        f'<rect x="{start:.3f}" y="{high - pitch}" width="{max(end - start, 0.03):.3f}" '
        f'height="1" fill="{part_colour(part)}"/>'
        for start, end, pitch, part in rows
    )
    view = f'viewBox="0 0 {width:.3f} {height}" preserveAspectRatio="none"'
    return f'<svg {view}>{bars}{boxes}<path id="now" d="M0 0V{height}"/></svg>'


def _printed(score: Score) -> list[str]:
    """Pages of the score as inline SVG; none of a performance or of very long music."""
    if score.is_performance or len(score) > MAX_PRINTED_NOTES:
        return []
    try:
        return [_XML_DECLARATION.sub("", page) for page in score_svgs(score)]
    except Unprintable:
        return []
