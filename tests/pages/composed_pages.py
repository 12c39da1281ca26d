"""Actions of tests on the Compose page, and its state."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.corpus.readers.read_score import read_score
from musicgen.score import Score
from musicgen.ui.compose.session import Session
from musicgen.ui.shared.selectable_table import identity_key

PAGE = "3_Compose.py"
MAX_RERUNS = 20  # while a piece is composed


def session(page: AppTest) -> Session:
    state: Session = page.session_state["compose_session"]
    return state


def wait_until_composed(page: AppTest) -> AppTest:
    """Rerun the page until no piece is being composed."""
    for _ in range(MAX_RERUNS):
        page.run()
        assert not page.exception, page.exception
        if session(page).task is None:
            return page
    raise AssertionError("composing does not end")


def press(page: AppTest, key: str) -> AppTest:
    """Click a button, and wait for the piece that it may start."""
    page.button(key=key).click()
    return wait_until_composed(page)


def shown(page: AppTest) -> SavedPiece:
    """The piece that is shown."""
    piece = session(page).piece
    assert piece is not None
    return piece


def notes(piece: SavedPiece) -> Score:
    return read_score(piece.midi, "piece.mid")


def address(page: AppTest) -> dict[str, str]:
    """Query parameters of the page."""
    query = page.query_params.items()
    return {name: value if isinstance(value, str) else value[0] for name, value in query}


def open_history(page: AppTest) -> AppTest:
    page.session_state["history"] = True
    return page.run()


def delete_key(*pieces: SavedPiece) -> str:
    """Key of the button that deletes these pieces, in the order of the table."""
    return identity_key("history-delete", [piece.id for piece in pieces])
