"""Engraved pages as a PDF: what verovio draws as SVG, drawn again through reportlab.

verovio's pages are made of few things: groups, paths, glyphs that are used again and again, and
texts whose parts follow one another without a place of their own. The last is what converters of
SVG get wrong, or set in a font that the machine may not have; here it is verovio's own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from musicgen.rendering.pdf.fonts import (
    EM,
    MUSIC_FONT,
    TEXT_FONT,
    advance,
    glyph,
    truetype,
)
from musicgen.rendering.pdf.svg_text import SVG, Line, Part, lines_of
from musicgen.rendering.svg import PAGE_HEIGHT, PAGE_WIDTH

_POINTS = 72 / 254  # in a tenth of a millimetre
_HREF = "{http://www.w3.org/1999/xlink}href"
_BOX = (-4 * EM, -4 * EM, 4 * EM, 4 * EM)  # of any glyph


def pdf_bytes(pages: Sequence[str], title: str = "") -> bytes:
    """Pages as `score_svgs` gives them as one PDF document.

    Each is at the top of an A4 page, smaller where a system of many staves is higher than that.
    ValueError for other SVG.
    """
    from reportlab.pdfgen.canvas import Canvas  # takes a while: only where needed

    file, size = io.BytesIO(), (PAGE_WIDTH * _POINTS, PAGE_HEIGHT * _POINTS)
    canvas = Canvas(file, size, invariant=1, pageCompression=1)  # always the same bytes
    canvas.setTitle(title)
    for page in pages:
        _draw_page(canvas, fromstring(page), *size)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_page(canvas: Any, page: Element, width: float, height: float) -> None:
    inner = _found(page, f"{SVG}svg")
    for group in _found(page, f"{SVG}defs"):
        _keep_glyph(canvas, _code(group.get("id")), group)
    across, down = map(float, inner.get("viewBox", "").split()[2:])
    scale = min(width / across, height / down)
    canvas.translate(0, height)
    canvas.scale(scale, -scale)  # downwards, as in an SVG
    music = _found(inner, f"{SVG}g")
    _transform(canvas, music)
    _draw(canvas, music)
    for line in lines_of(music):
        _write(canvas, line)


def _draw(canvas: Any, group: Element) -> None:
    """All of a group but its texts."""
    for element in group:
        tag = element.tag.removeprefix(SVG)
        if tag == "g" and "placeholder" not in element.get("class", "").split():
            _draw(canvas, element)
        elif tag == "use":
            canvas.saveState()
            _transform(canvas, element)
            canvas.doForm(_code(element.get(_HREF)))
            canvas.restoreState()
        elif tag in _SHAPES:
            _draw_shape(canvas, element)


def _draw_shape(canvas: Any, element: Element) -> None:
    canvas.saveState()
    _transform(canvas, element)
    canvas.setLineWidth(float(element.get("stroke-width", 1)))
    is_round = int(element.get("stroke-linecap") == "round")
    canvas.setLineCap(is_round)
    canvas.setLineJoin(is_round)
    path = canvas.beginPath()
    _SHAPES[element.tag.removeprefix(SVG)](path, element)
    canvas.drawPath(path, stroke=1, fill=int(element.get("fill") != "none"))
    canvas.restoreState()


def _path(path: Any, element: Element) -> None:
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path

    pen = RecordingPen()
    parse_path(element.get("d", ""), pen)
    for name, points in pen.value:
        if name == "closePath":
            path.close()
        elif name != "endPath":
            getattr(path, name)(*chain.from_iterable(points))  # moveTo, lineTo, curveTo


def _polygon(path: Any, element: Element) -> None:
    (x, y), *points = (map(float, each.split(",")) for each in element.get("points", "").split())
    path.moveTo(x, y)
    for x, y in points:
        path.lineTo(x, y)
    path.close()


def _ellipse(path: Any, element: Element) -> None:
    x, y, across, down = (float(element.get(name, 0)) for name in ("cx", "cy", "rx", "ry"))
    path.ellipse(x - across, y - down, 2 * across, 2 * down)


_SHAPES: Mapping[str, Callable[[Any, Element], None]] = {
    "path": _path,
    "polygon": _polygon,
    "ellipse": _ellipse,
}


def _write(canvas: Any, line: Line) -> None:
    widths = [_width(part) for part in line.parts]
    x = line.x - sum(widths) * {"start": 0.0, "middle": 0.5, "end": 1.0}[line.anchor]
    for part, width in zip(line.parts, widths, strict=True):
        canvas.saveState()
        canvas.translate(x, line.y)
        if part.font == MUSIC_FONT:
            _write_music(canvas, part)
        else:
            canvas.scale(1, -1)  # letters stand upright
            canvas.setFont(_text_font(part), part.size)
            canvas.drawString(0, 0, part.text)
        canvas.restoreState()
        x += width


def _write_music(canvas: Any, part: Part) -> None:
    canvas.scale(part.size / EM, part.size / EM)
    for sign in part.text:
        code = _hexadecimal(sign)
        _keep_glyph(canvas, code, glyph(code))
        canvas.doForm(code)
        canvas.translate(advance(code), 0)


def _width(part: Part) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if part.font == MUSIC_FONT:
        return sum(advance(_hexadecimal(sign)) for sign in part.text) * part.size / EM
    return float(stringWidth(part.text, _text_font(part), part.size))


def _text_font(part: Part) -> str:
    """The font's name with reportlab, which learns of it when it is first asked for."""
    from reportlab.pdfbase import pdfmetrics, ttfonts

    style = "B" * part.bold + "I" * part.italic
    name = TEXT_FONT + style
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(ttfonts.TTFont(name, io.BytesIO(truetype(style))))
    return name


def _keep_glyph(canvas: Any, code: str, group: Element) -> None:
    """Have a glyph ready under its code, once for the whole document."""
    if not canvas.hasForm(code):
        canvas.beginForm(code, *_BOX)
        for path in group:
            _draw_shape(canvas, path)
        canvas.endForm()


def _hexadecimal(sign: str) -> str:
    return f"{ord(sign):04X}"


def _code(reference: str | None) -> str:
    """The code of a glyph, which begins its id, in hexadecimal digits."""
    return (reference or "").lstrip("#").partition("-")[0]


def _transform(canvas: Any, element: Element) -> None:
    for name, numbers in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform", "")):
        move = {"translate": canvas.translate, "scale": canvas.scale}[name]
        move(*map(float, numbers.split(",")))


def _found(element: Element, tag: str) -> Element:
    found = element.find(tag)
    if found is None:
        raise ValueError("this is no page that verovio has drawn")
    return found
