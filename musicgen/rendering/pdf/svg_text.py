"""Text on a page that verovio has engraved: lines of spans, each span in one font."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
# Classes of groups that verovio's style sheet sets in bold and in italic.
_BOLD = {"ending", "fing", "reh", "tempo"}
_ITALIC = {"dir", "dynam", "mNum"}


@dataclass(frozen=True)
class TextSpan:
    """Text in one font."""

    text: str = ""
    size: float = 0.0  # in the page's units
    font: str = ""  # empty for the text font
    bold: bool = False
    italic: bool = False


@dataclass
class TextLine:
    """Spans that follow one another, anchored at a point."""

    x: float
    y: float
    anchor: str  # start, middle or end
    spans: list[TextSpan]


def text_lines(group: Element) -> list[TextLine]:
    """All lines of text in a group of a page, in the group's units."""
    lines: list[TextLine] = []
    _collect(group, TextSpan(), "start", lines)
    return [line for line in lines if line.spans]


def _collect(
    element: Element, inherited: TextSpan, inherited_anchor: str, lines: list[TextLine]
) -> None:
    """Append the lines of an element and its children."""
    style = _style(element, inherited)
    anchor = element.get("text-anchor", inherited_anchor)
    if element.tag == f"{SVG}text" or (element.tag == f"{SVG}tspan" and "x" in element.attrib):
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        lines.append(TextLine(x, y, anchor, []))
    if element.tag == f"{SVG}tspan" and not len(element) and element.text:
        lines[-1].spans.append(replace(style, text=element.text))
    for child in element:
        if child.tag in (f"{SVG}g", f"{SVG}text", f"{SVG}tspan"):
            _collect(child, style, anchor, lines)


def _style(element: Element, inherited: TextSpan) -> TextSpan:
    classes, size = set(element.get("class", "").split()), element.get("font-size")
    return replace(
        inherited,
        size=float(size.removesuffix("px")) if size else inherited.size,
        font=element.get("font-family", inherited.font),
        bold=inherited.bold or bool(classes & _BOLD) or element.get("font-weight") == "bold",
        italic=inherited.italic or bool(classes & _ITALIC) or element.get("font-style") == "italic",
    )
