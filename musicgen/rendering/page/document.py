"""The HTML document of a piece: sound, piano roll, print."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from musicgen.rendering.figures.roll import part_labels
from musicgen.rendering.musicxml import Unprintable
from musicgen.rendering.page.roll_svg import roll_svg
from musicgen.rendering.part_colours import part_colour
from musicgen.rendering.svg import score_svgs
from musicgen.score import Score

MAX_PRINTED_NOTES = 6000
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
        seconds=f"{score.seconds:.3f}",
        roll=roll_svg(score, has_playhead=True),
        parts=parts,
        pages="".join(_printed(score)),
    )
    return text.encode()


def _printed(score: Score) -> list[str]:
    """Pages of the score as inline SVG; none of a performance or of very long music."""
    if score.is_performance or len(score) > MAX_PRINTED_NOTES:
        return []
    try:
        return [_XML_DECLARATION.sub("", page) for page in score_svgs(score)]
    except Unprintable:
        return []
