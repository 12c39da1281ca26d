"""PDF document of engraved pages: verovio's SVG, drawn by reportlab.

A page of verovio consists of groups, paths, glyphs that are used many times, and lines of text
whose spans follow one another without a position of their own. Converters of SVG misplace those
spans, or set them in a font that the machine may not have; here they are set in verovio's own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from musicgen.rendering.pdf.fonts import (
    MUSIC_FONT,
    TEXT_FONT,
    UNITS_PER_EM,
    advance_width,
    glyph,
    truetype,
)
from musicgen.rendering.pdf.svg_text import SVG, TextLine, TextSpan, text_lines
from musicgen.rendering.svg import PAGE_HEIGHT, PAGE_WIDTH

_POINTS = 72 / 254  # in a tenth of a millimetre
_HREF = "{http://www.w3.org/1999/xlink}href"
_GLYPH_BOX = (-4 * UNITS_PER_EM, -4 * UNITS_PER_EM, 4 * UNITS_PER_EM, 4 * UNITS_PER_EM)
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}  # share of a line's width before its point


def pdf_bytes(pages: Sequence[str], title: str = "") -> bytes:
    """Contents of a PDF file with the pages of `score_svgs`, each on top of an A4 page.

    A page that is higher than A4, because its system has many staves, is scaled down.
    ValueError for SVG that verovio did not write.
    """
    from reportlab.pdfgen.canvas import Canvas  # slow to import: only where needed

    file, size = io.BytesIO(), (PAGE_WIDTH * _POINTS, PAGE_HEIGHT * _POINTS)
    canvas = Canvas(file, size, invariant=1, pageCompression=1)  # invariant: no time of creation
    canvas.setTitle(title)
    for page in pages:
        _draw_page(canvas, fromstring(page), *size)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_page(canvas: Any, page: Element, width: float, height: float) -> None:
    inner = _child(page, f"{SVG}svg")
    for group in _child(page, f"{SVG}defs"):
        _define_glyph(canvas, _glyph_code(group.get("id")), group)
    svg_width, svg_height = map(float, inner.get("viewBox", "").split()[2:])
    scale = min(width / svg_width, height / svg_height)
    canvas.translate(0, height)
    canvas.scale(scale, -scale)  # y grows downwards in SVG
    music = _child(inner, f"{SVG}g")
    _apply_transform(canvas, music)
    _draw_group(canvas, music)
    for line in text_lines(music):
        _draw_line(canvas, line)


def _draw_group(canvas: Any, group: Element) -> None:
    """Draw all of a group except its text."""
    for element in group:
        tag = element.tag.removeprefix(SVG)
        if tag == "g" and "placeholder" not in element.get("class", "").split():
            _draw_group(canvas, element)
        elif tag == "use":
            canvas.saveState()
            _apply_transform(canvas, element)
            canvas.doForm(_glyph_code(element.get(_HREF)))
            canvas.restoreState()
        elif tag in SHAPES:
            _draw_shape(canvas, element)


def _draw_shape(canvas: Any, element: Element) -> None:
    canvas.saveState()
    _apply_transform(canvas, element)
    canvas.setLineWidth(float(element.get("stroke-width", 1)))
    is_round = int(element.get("stroke-linecap") == "round")
    canvas.setLineCap(is_round)
    canvas.setLineJoin(is_round)
    dashes = element.get("stroke-dasharray")
    if dashes:
        canvas.setDash([float(length) for length in dashes.split()])
    path = canvas.beginPath()
    SHAPES[element.tag.removeprefix(SVG)](path, element)
    canvas.drawPath(path, stroke=1, fill=int(element.get("fill") != "none"))
    canvas.restoreState()


def _add_path(path: Any, element: Element) -> None:
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path

    pen = RecordingPen()
    parse_path(element.get("d", ""), pen)
    for command, points in pen.value:
        if command == "closePath":
            path.close()
        elif command != "endPath":
            getattr(path, command)(*chain.from_iterable(points))  # moveTo, lineTo, curveTo


def _add_polyline(path: Any, element: Element) -> None:
    points = [tuple(map(float, point.split(","))) for point in element.get("points", "").split()]
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)


def _add_polygon(path: Any, element: Element) -> None:
    _add_polyline(path, element)
    path.close()


def _add_rectangle(path: Any, element: Element) -> None:
    path.rect(*(float(element.get(name, 0)) for name in ("x", "y", "width", "height")))


def _add_ellipse(path: Any, element: Element) -> None:
    x, y, rx, ry = (float(element.get(name, 0)) for name in ("cx", "cy", "rx", "ry"))
    path.ellipse(x - rx, y - ry, 2 * rx, 2 * ry)


SHAPES: Mapping[str, Callable[[Any, Element], None]] = {  # by tag
    "path": _add_path,
    "polygon": _add_polygon,
    "polyline": _add_polyline,
    "ellipse": _add_ellipse,
    "rect": _add_rectangle,
}


def _draw_line(canvas: Any, line: TextLine) -> None:
    widths = [_span_width(span) for span in line.spans]
    x = line.x - sum(widths) * _ANCHORS[line.anchor]
    for span, width in zip(line.spans, widths, strict=True):
        canvas.saveState()
        canvas.translate(x, line.y)
        if span.font == MUSIC_FONT:
            _draw_glyphs(canvas, span)
        else:
            canvas.scale(1, -1)  # text is upright where y grows upwards
            canvas.setFont(_text_font(span), span.size)
            canvas.drawString(0, 0, span.text)
        canvas.restoreState()
        x += width


def _draw_glyphs(canvas: Any, span: TextSpan) -> None:
    canvas.scale(span.size / UNITS_PER_EM, span.size / UNITS_PER_EM)
    for character in span.text:
        code = _hexadecimal(character)
        _define_glyph(canvas, code, glyph(code))
        canvas.doForm(code)
        canvas.translate(advance_width(code), 0)


def _span_width(span: TextSpan) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if span.font == MUSIC_FONT:
        units = sum(advance_width(_hexadecimal(character)) for character in span.text)
        return units * span.size / UNITS_PER_EM
    return float(stringWidth(span.text, _text_font(span), span.size))


def _text_font(span: TextSpan) -> str:
    """Name of the span's font in reportlab, where it is registered at first use."""
    from reportlab.pdfbase import pdfmetrics, ttfonts

    style = "B" * span.bold + "I" * span.italic
    name = TEXT_FONT + style
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(ttfonts.TTFont(name, io.BytesIO(truetype(style))))
    return name


def _define_glyph(canvas: Any, code: str, group: Element) -> None:
    """Define a glyph by its code, once for the whole document."""
    if not canvas.hasForm(code):
        canvas.beginForm(code, *_GLYPH_BOX)
        for path in group:
            _draw_shape(canvas, path)
        canvas.endForm()


def _hexadecimal(character: str) -> str:
    return f"{ord(character):04X}"


def _glyph_code(name: str | None) -> str:
    """Hexadecimal code that the id of a glyph, or a link to it, begins with."""
    return (name or "").lstrip("#").partition("-")[0]


def _apply_transform(canvas: Any, element: Element) -> None:
    for name, values in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform", "")):
        transform = {"translate": canvas.translate, "scale": canvas.scale}[name]
        transform(*map(float, values.split(",")))


def _child(element: Element, tag: str) -> Element:
    child = element.find(tag)
    if child is None:
        raise ValueError("not a page that verovio has engraved")
    return child
