"""Titles and names of parts on printed pages: as wide in any font as in Times, and as the page.

verovio places texts by the widths of Times. Where that is missing, as on many computers with Linux,
a wider font would have them begin beyond the edge of the page. It writes a title on one line, which
is wider than a narrow page where the title is long: it is then set smaller.
"""

from __future__ import annotations

import html
import math
import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r'<g [^>]*class="label(?:Abbr)?"[^>]*>.*?</text>', re.DOTALL)
_TITLE = re.compile(r'<g [^>]*class="pgHead[ "].*?</text>', re.DOTALL)
_CENTRE = re.compile(r' x="([\d.]+)" y="[\d.]+" text-anchor="middle"')
_SPAN = re.compile(r'<tspan font-size="([\d.]+)px">([^<>]+)</tspan>')
_GLYPH = re.compile(
    r'<g c="([0-9A-Fa-f]+)" x="([\d.-]+)" y="[\d.-]+" w="([\d.]+)" h="[\d.]+"'
    r'(?: h-a-x="([\d.]+)")?'
)
_LAST_LATIN = "\u024f"  # others are wider than verovio takes them to be
_UNITS_PER_EM = re.compile(r'units-per-em="(\d+)"')


def with_widths_of_names(page: str) -> str:
    """The page, an SVG document of verovio, with the widths of its title and its parts' names."""
    page = _NAME.sub(lambda name: _SPAN.sub(_with_width, name[0]), page)
    return _TITLE.sub(lambda title: _fitted_title(title[0]), page)


def _fitted_title(title: str) -> str:
    centre = _CENTRE.search(title)
    widest = 2 * float(centre[1]) if centre else math.inf
    return _SPAN.sub(lambda span: _with_width(span, widest), title)


def _with_width(span: re.Match[str], widest: float = math.inf) -> str:
    """The text with its width, in a smaller size where that would be over `widest`."""
    size, text = float(span[1]), html.unescape(span[2])
    widths = _widths()
    # verovio takes letters that it does not know to be as wide as an o.
    ems = sum(widths.get(character, widths["o"]) for character in text)
    if max(text) > _LAST_LATIN:
        size = min(size, widest / len(text))
        return f'<tspan font-size="{size:g}px">{span[2]}</tspan>'
    size = min(size, widest / ems)
    length = f'textLength="{size * ems:.0f}" lengthAdjust="spacingAndGlyphs"'
    return f'<tspan font-size="{size:g}px" {length}>{span[2]}</tspan>'


@cache
def _widths() -> dict[str, float]:
    """Width of each character of Times, in ems."""
    data = files("verovio").joinpath("data", "text", "Times.xml").read_text("utf-8")
    em = _UNITS_PER_EM.search(data)
    units = float(em[1]) if em else 2048.0
    return {
        # Without an advance, as much room is after the ink as before it.
        chr(int(code, 16)): float(advance or float(ink) + 2 * float(before)) / units
        for code, before, ink, advance in _GLYPH.findall(data)
    }
