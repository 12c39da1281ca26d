"""Fonts that come with verovio, for drawing its pages without a browser."""

from __future__ import annotations

import base64
import io
import logging
import re
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element, fromstring

MUSIC_FONT, TEXT_FONT = "Leipzig", "Liberation"
UNITS_PER_EM = 1000  # of the music font
STYLES = ("", "B", "I", "BI")  # bold, italic, in the order of verovio's style sheet


@cache
def truetype(style: str) -> bytes:
    """TrueType file of the text font in one of STYLES."""
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it logs every table
    fonts = re.findall(r"base64,([^)]+)\)", _data(f"{TEXT_FONT}.css"))
    font = TTFont(io.BytesIO(base64.b64decode(fonts[STYLES.index(style)])))
    font.flavor = None  # uncompressed: the style sheet has it compressed for the web
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def glyph(code: str) -> Element:
    """Glyph of the music font by its hexadecimal code: a group of SVG paths in font units."""
    return fromstring(_data(f"{MUSIC_FONT}/{code}.xml"))


def advance_width(code: str) -> float:
    """Distance from a glyph of the music font to the next one, in font units."""
    width = re.search(rf'c="{code}"[^>]* h-a-x="([\d.]+)"', _data(f"{MUSIC_FONT}.xml"))
    return float(width[1]) if width else 0.0


@cache
def _data(name: str) -> str:
    """Text of a file in verovio's data folder."""
    return files("verovio").joinpath("data", name).read_text("utf-8")
