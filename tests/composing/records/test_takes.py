"""Tree of takes."""

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.records.takes import Origin, parent_of, takes_of
from musicgen.composing.settings import ComposeSettings


def piece(name: str, minute: int, **facts) -> SavedPiece:
    created = f"2026-11-29T12:{minute:02}:00+00:00"
    return SavedPiece(name, name, created, "run@best", ComposeSettings(), 0, facts=facts)


FIRST = piece("first", 0, begin="")
EDITED = piece("edit", 1, **{"from": "first", "how": "edited", "begin": None})
AGAIN = piece("again", 2, **{"from": "edit", "rewritten": [1, 2]})
LONGER = piece("longer", 3, begin="piece:first:8")
CALMER = piece("calmer", 4, **{"from": "first", "begin": ""})
OTHER = piece("other", 5, begin="notes:C4 D4")
ALL = [OTHER, CALMER, LONGER, AGAIN, EDITED, FIRST]


def test_each_take_comes_before_those_made_from_it():
    for member in ("first", "again", "longer"):
        takes = takes_of(ALL, member)
        assert [(take.piece.id, take.depth, take.origin) for take in takes] == [
            ("first", 0, Origin.COMPOSED),
            ("edit", 1, Origin.EDITED),
            ("again", 2, Origin.REWRITTEN),
            ("longer", 1, Origin.CONTINUED),
            ("calmer", 1, Origin.VARIED),
        ]


def test_a_piece_of_its_own_is_a_tree_of_one():
    assert [take.piece.id for take in takes_of(ALL, "other")] == ["other"]
    assert takes_of(ALL, "deleted") == []


def test_children_of_a_deleted_piece_are_roots():
    assert [take.piece.id for take in takes_of([AGAIN, EDITED], "again")] == ["edit", "again"]


def test_melodies_of_pieces_are_parents_and_circles_end():
    assert parent_of(piece("a", 0, begin="melody:piece:first:4")) == "first"
    circle = [piece("a", 0, **{"from": "b"}), piece("b", 1, **{"from": "a"})]
    assert {take.piece.id for take in takes_of(circle, "a")} == {"a", "b"}
