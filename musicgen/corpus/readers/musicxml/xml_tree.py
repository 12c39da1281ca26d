"""XML text to a tree of elements, without the parts of XML that attacks are made of."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from musicgen.corpus.errors import UnreadableScore

MAX_DEPTH = 100  # of nested elements; a score has about ten


class _GuardedBuilder:
    """Handlers of a parser: build the tree, refuse entities and deep nesting."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableScore("its XML is nested deeper than that of any score")
        self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def data(self, text: str) -> None:
        self._builder.data(text)

    def refuse_entity(self, *_: object) -> None:
        raise UnreadableScore("it defines entities, which no score needs and an attack does")

    def close(self) -> Element:
        return self._builder.close()


def parse_xml(text: str) -> Element:
    """Parse a text; raises UnreadableScore for damaged XML, entities and deep nesting.

    Nothing outside the text is read: a document type is passed over.
    """
    builder = _GuardedBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = builder.refuse_entity
    try:
        parser.Parse(text.lstrip().encode("utf-8", errors="replace"), True)
    except expat.ExpatError as problem:
        message = expat.ErrorString(problem.code)
        raise UnreadableScore(
            f"the XML is damaged in line {problem.lineno:,} ({message})",
            "export it again from a notation program",
        ) from problem
    return builder.close()


def child_text(element: Element, path: str) -> str:
    """The text of a descendant without spaces around it; empty if there is none."""
    return (element.findtext(path) or "").strip()


def to_number(text: str | None) -> float | None:
    """The number that a text is; None if it is none, or not finite."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None


def to_int(text: str | None, default: int = 0) -> int:
    """The whole number that a text is, rounded; `default` if it is none."""
    value = to_number(text)
    return default if value is None else round(value)
