"""Names of parts on printed pages: as wide in any font as in the one that they are placed for.

verovio places names by the widths of Times. Where that is missing, as on many computers with Linux,
a wider font would have them begin beyond the edge of the page.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r'<g [^>]*class="label(?:Abbr)?"[^>]*>.*?</text>', re.DOTALL)
_SPAN = re.compile(r'<tspan font-size="([\d.]+)px">([^<>&]+)</tspan>')
_GLYPH = re.compile(
    r'<g c="([0-9A-Fa-f]+)" x="([\d.-]+)" y="[\d.-]+" w="([\d.]+)" h="[\d.]+"'
    r'(?: h-a-x="([\d.]+)")?'
)
_LAST_LATIN = "\u024f"  # others are wider than verovio takes them to be
_UNITS_PER_EM = re.compile(r'units-per-em="(\d+)"')


def with_widths_of_names(page: str) -> str:
    """The page, an SVG document of verovio, with the widths of its parts' names."""
    return _NAME.sub(lambda name: _SPAN.sub(_with_width, name[0]), page)


def _with_width(span: re.Match[str]) -> str:
    size, text = float(span[1]), span[2]
    widths = _widths()
    if max(text) > _LAST_LATIN:
        return span[0]
    # verovio takes letters that it does not know to be as wide as an o.
    width = size * sum(widths.get(character, widths["o"]) for character in text)
    length = f'textLength="{width:.0f}" lengthAdjust="spacingAndGlyphs"'
    return f'<tspan font-size="{span[1]}px" {length}>{text}</tspan>'


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
