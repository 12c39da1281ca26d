"""The fonts that come with verovio, for what has to draw its pages without a browser."""

from __future__ import annotations

import base64
import io
import logging
import re
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element, fromstring

MUSIC_FONT, TEXT_FONT = "Leipzig", "Liberation"
EM = 1000  # units of the music font
STYLES = ("", "B", "I", "BI")  # bold, italic, in the order of verovio's style sheet


@cache
def truetype(style: str) -> bytes:
    """The font of texts in one of STYLES as a TrueType file."""
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table
    fonts = re.findall(r"base64,([^)]+)\)", _data(f"{TEXT_FONT}.css"))
    font = TTFont(io.BytesIO(base64.b64decode(fonts[STYLES.index(style)])))
    font.flavor = None  # no longer compressed for the web
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def glyph(code: str) -> Element:
    """A sign of the music font, by its code in hexadecimal: a group of SVG paths, in EM units."""
    return fromstring(_data(f"{MUSIC_FONT}/{code}.xml"))


def advance(code: str) -> float:
    """How far behind a sign of the music font the next one stands, in EM units."""
    found = re.search(rf'c="{code}"[^>]* h-a-x="([\d.]+)"', _data(f"{MUSIC_FONT}.xml"))
    return float(found[1]) if found else 0.0


@cache
def _data(name: str) -> str:
    return files("verovio").joinpath("data", name).read_text("utf-8")
