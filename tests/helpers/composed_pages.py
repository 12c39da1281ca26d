"""What tests of the Compose page do and look at."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.corpus.readers.read_score import read_score
from musicgen.score import Score

PAGE = "3_Compose.py"
MOST_RUNS = 20  # of the page, while a piece is written


def finished(page: AppTest) -> AppTest:
    """The page once nothing is written any more."""
    for _ in range(MOST_RUNS):
        page.run()
        assert not page.exception, page.exception
        if page.session_state["desk"].job is None:
            return page
    raise AssertionError("the piece is never done")


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    return finished(page)


def shown(page: AppTest) -> SavedPiece:
    piece = page.session_state["desk"].piece
    assert piece is not None
    return piece


def notes(piece: SavedPiece) -> Score:
    return read_score(piece.midi, "piece.mid")


def address(page: AppTest) -> dict[str, str]:
    found = page.query_params.items()
    return {name: value if isinstance(value, str) else value[0] for name, value in found}
