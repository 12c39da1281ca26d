"""Ties of MusicXML notes."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from musicgen.corpus.readers.musicxml.xml_tree import to_int
from musicgen.corpus.readers.written_score import TIE_START, TIE_STOP

_TIES = {"start": TIE_START, "stop": TIE_STOP, "continue": TIE_START | TIE_STOP}


def tie_of(note: Element, children: dict[str, Element]) -> int:
    """The ties of a note, from its sound or, without one, from its notation."""
    tie = 0
    for element in note.iterfind("tie" if "tie" in children else "notations/tied"):
        tie |= _TIES.get(element.get("type", ""), 0)
    return tie


def tie_number(children: dict[str, Element]) -> int:
    """The number of a note's tie; 0 if none is said."""
    tied = children["notations"].find("tied") if "notations" in children else None
    return 0 if tied is None else to_int(tied.get("number"))
