"""The texts of a page that verovio has drawn: lines of parts, each in a font of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
# Of groups, by the style sheet that verovio writes into each page.
_BOLD = {"ending", "fing", "reh", "tempo"}
_ITALIC = {"dir", "dynam", "mNum"}


@dataclass(frozen=True)
class Part:
    """Letters of one font."""

    text: str = ""
    size: float = 0.0  # in the page's units
    font: str = ""  # empty for the font of texts
    bold: bool = False
    italic: bool = False


@dataclass
class Line:
    """Parts that follow one another, as one, from, around or up to a point."""

    x: float
    y: float
    anchor: str  # start, middle or end
    parts: list[Part]


def lines_of(element: Element) -> list[Line]:
    """All lines of text in a group of a page, in the units of that group."""
    lines: list[Line] = []
    _read(element, Part(), "start", lines)
    return [line for line in lines if line.parts]


def _read(element: Element, given: Part, anchor: str, lines: list[Line]) -> None:
    """Adds an element's lines; given, anchor: what it inherits."""
    part, anchor = _styled(element, given), element.get("text-anchor", anchor)
    if element.tag == f"{SVG}text" or (element.tag == f"{SVG}tspan" and "x" in element.attrib):
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        lines.append(Line(x, y, anchor, []))
    if element.tag == f"{SVG}tspan" and not len(element) and element.text:
        lines[-1].parts.append(replace(part, text=element.text))
    for child in element:
        if child.tag in (f"{SVG}g", f"{SVG}text", f"{SVG}tspan"):
            _read(child, part, anchor, lines)


def _styled(element: Element, given: Part) -> Part:
    kinds, size = set(element.get("class", "").split()), element.get("font-size")
    return replace(
        given,
        size=float(size.removesuffix("px")) if size else given.size,
        font=element.get("font-family", given.font),
        bold=given.bold or bool(kinds & _BOLD) or element.get("font-weight") == "bold",
        italic=given.italic or bool(kinds & _ITALIC) or element.get("font-style") == "italic",
    )
