"""Analysis of a collection: split, duplicates, table of files, views computed ahead."""

from __future__ import annotations

import pytest

from musicgen.corpus.collection import Collection, PieceFile, RefusedFile
from musicgen.score import Score
from musicgen.statistics.analysis import Analysis
from tests.helpers.tiny_music import tiny_pieces


def collection_of(scores: list[Score], *refused: RefusedFile) -> Collection:
    files = tuple(PieceFile(f"{number}.mid", "MIDI", 1, 0, 100) for number in range(len(scores)))
    return Collection("tunes", tuple(scores), files, refused)


def test_precompute_computes_the_views_that_are_not_open_at_first() -> None:
    analysis = Analysis(collection_of(tiny_pieces(3)))
    analysis.precompute()
    views = {"durations", "onsets", "metres", "tempi", "velocities", "polyphony"}
    assert views <= set(vars(analysis))
    assert "intervals" not in vars(analysis)  # the first view computes them itself


def test_near_duplicates_have_one_split_and_are_listed_by_name() -> None:
    first, second = tiny_pieces(2)
    analysis = Analysis(collection_of([first, second, first.transposed(2), first.transposed(-2)]))
    assert analysis.duplicate_counts.tolist() == [2, 0, 2, 2]
    assert analysis.duplicate_files[0] == ("2.mid", "3.mid")
    assert analysis.duplicate_files[1] == ()
    assert len({analysis.splits[index] for index in (0, 2, 3)}) == 1
    assert analysis.files["twin of"].tolist() == [
        "2.mid, 3.mid",
        "",
        "0.mid, 3.mid",
        "0.mid, 2.mid",
    ]


def test_the_table_of_files_ends_with_the_refused_files() -> None:
    analysis = Analysis(collection_of(tiny_pieces(2), RefusedFile("a.txt", "no music", "try MIDI")))
    table = analysis.files
    assert table["file"].tolist() == ["0.mid", "1.mid", "a.txt"]
    assert table["status"].tolist() == ["read", "read", "refused: no music"]
    assert table["notes"].isna().tolist() == [False, False, True]
    assert analysis.refused.values.tolist() == [["a.txt", "no music", "try MIDI"]]


@pytest.mark.parametrize("encoding", ["notes", "events"])
def test_pieces_are_encoded_once(encoding: str) -> None:
    analysis = Analysis(collection_of(tiny_pieces(2)))
    assert analysis.encoded(encoding) is analysis.encoded(encoding)
    assert analysis.vocabulary(encoding) is analysis.vocabulary(encoding)
