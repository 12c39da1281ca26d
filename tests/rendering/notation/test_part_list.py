"""Braces, brackets and short names of parts."""

import pytest

from musicgen.rendering.notation.staves import two_hand_parts, written_parts
from musicgen.rendering.notation.xml_part_list import abbreviation, part_list
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part


def groups(*parts: Part) -> list[str]:
    """Part list in order: symbols of groups as they begin, names of parts, `end`."""
    rows = [(0, 24, 72 - 12 * n, 80, part.program, n) for n, part in enumerate(parts)]
    score = Score(notes_from(rows), parts=parts)
    listed = []
    for element in part_list(written_parts(score), two_hand_parts(score)):
        if element.tag == "score-part":
            listed.append(element.findtext("part-name", ""))
        else:
            listed.append(element.findtext("group-symbol") or "end")
    return listed


def test_parts_of_one_track_have_a_bracket() -> None:
    strings, plucked = Part("Arco", 48, track=1), Part("Pizzicato", 45, track=1)
    assert groups(Part("Flute", 73), strings, plucked) == [
        *("Flute", "bracket", "Arco", "Pizzicato", "end")
    ]


def test_a_section_of_the_orchestra_has_a_bracket() -> None:
    violin, cello, drums = Part("Vl", 40), Part("Vc", 42, track=1), Part("Dr", 0, True, 2)
    assert groups(violin, cello, drums) == ["bracket", "Vl", "Vc", "end", "Dr"]


def test_the_hands_of_a_piano_have_a_brace() -> None:
    assert groups(Part("Right"), Part("Left", track=1)) == ["brace", "Right", "Left", "end"]


@pytest.mark.parametrize(
    "name, short",
    [("Violin 2", "Vln. 2"), ("Acoustic Grand Piano", "Pno."), ("Lead", "Lead"), ("Tenor", "T.")],
)
def test_later_systems_have_short_names(name: str, short: str) -> None:
    assert abbreviation(name) == short
