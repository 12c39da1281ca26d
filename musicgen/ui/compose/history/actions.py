"""Actions on saved pieces: open, star, rename, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from musicgen.composing.records import saved_pieces
from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.files import USER_ERRORS, message_of
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared.bin_view import IN_BIN, THEY_IN_BIN
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.selectable_table import clear_selection, identity_key
from musicgen.ui.shared.text import escape, format_count

TABLE_KEY = "history-table"
MAX_NAMES_SHOWN = 5


def single_piece_actions(piece: SavedPiece) -> None:
    """Buttons that open, star and rename a piece.

    Their keys hold the piece's id: a click that arrives after the selection has changed in another
    tab acts on no other piece.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"history-open-{piece.id}"
        if st.button("Open", icon=":material/open_in_full:", key=key, type="primary"):
            _open(piece)
        label, icon = ("Unstar", "star_half") if piece.starred else ("Star", "star")
        if st.button(label, icon=f":material/{icon}:", key=f"history-star-{piece.id}"):
            _change(lambda: saved_pieces.star(piece.id, not piece.starred), "")
        name = st.text_input(
            "Name", piece.name, max_chars=saved_pieces.MAX_NAME_CHARACTERS,
            key=f"history-name-{piece.id}", label_visibility="collapsed", width=320,
        )  # fmt: skip
        key = f"history-rename-{piece.id}"
        if st.button("Rename", key=key, disabled=name == piece.name):
            toast = f"It is called {escape(name)} now."
            _change(lambda: saved_pieces.rename(piece.id, name), toast)


def delete_action(pieces: Sequence[SavedPiece]) -> None:
    """Button that deletes pieces, after a question that names them."""
    ids, number = [piece.id for piece in pieces], format_count(len(pieces), "piece")
    with st.popover("Delete", icon=":material/delete:"):
        names = ", ".join(escape(piece.name, 60) for piece in pieces[:MAX_NAMES_SHOWN])
        more = len(pieces) - MAX_NAMES_SHOWN
        where = THEY_IN_BIN if len(pieces) > 1 else IN_BIN
        st.markdown(f"Delete {names}{f' and {more} more' if more > 0 else ''}? {where}")
        key = identity_key("history-delete", ids)
        if st.button(f"Yes, delete {number}", type="primary", key=key):
            _change(lambda: _delete(ids), f"{number} deleted.")


def _open(piece: SavedPiece) -> None:
    """Show a piece; the form stays as it is."""
    session = current_session()
    session.show([piece])
    session.scroll_count += 1
    st.rerun()


def _delete(ids: Sequence[str]) -> None:
    for piece_id in ids:
        saved_pieces.delete(piece_id)
    session = current_session()
    session.show([piece for piece in session.pieces if piece.id not in ids])
    if not session.pieces:
        session.query = {}
        st.query_params.clear()


def _change(action: Callable[[], object], toast: str) -> None:
    """Change the history and redraw the page, or show why that failed."""
    try:
        action()
    except USER_ERRORS as error:
        st.error(escape(message_of(error)))
        return
    if toast:
        queue_toast(toast)
    clear_selection(TABLE_KEY)
    session = current_session()
    session.pieces = tuple(_reloaded(piece) for piece in session.pieces)
    st.rerun()


def _reloaded(piece: SavedPiece) -> SavedPiece:
    """Read a piece again, after a change of its name or star; itself if it was deleted."""
    try:
        return saved_pieces.read_piece(piece.id)
    except UnknownPiece:
        return piece
