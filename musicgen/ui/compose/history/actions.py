"""What can be done with pieces that are kept: open, star, name, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from musicgen.composing.records import saved_pieces
from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.ui.compose import models
from musicgen.ui.compose.form.form_restore import refill
from musicgen.ui.compose.piece_facts import primer_notes
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.text import escape, format_count

TURN = "_history_turn"


def turn() -> int:
    """How often something was changed: each time the table is a new one."""
    return int(st.session_state.setdefault(TURN, 0))


def one(piece: SavedPiece) -> None:
    """Open, star or name a piece."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Open", icon=":material/open_in_full:", key="history-open", type="primary"):
            _open(piece)
        label, icon = ("Unstar", "star_half") if piece.starred else ("Star", "star")
        if st.button(label, icon=f":material/{icon}:", key="history-star"):
            _change(lambda: saved_pieces.star(piece.id, not piece.starred), "")
        name = st.text_input(
            "Name", piece.name, max_chars=saved_pieces.MAX_NAME_CHARACTERS,
            key=f"history-name-{piece.id}", label_visibility="collapsed", width=320,
        )  # fmt: skip
        if st.button("Rename", key="history-rename", disabled=name == piece.name):
            _change(
                lambda: saved_pieces.rename(piece.id, name),
                f"It is called {escape(name)} now.",
            )


def several(pieces: Sequence[SavedPiece]) -> None:
    """Delete pieces, once that is confirmed."""
    with st.popover("Delete", icon=":material/delete:"):
        names = ", ".join(escape(piece.name, 60) for piece in pieces[:5])
        more = f" and {len(pieces) - 5} more" if len(pieces) > 5 else ""
        st.markdown(f"Delete {names}{more}? It cannot be undone.")
        if st.button(
            f"Yes, delete {format_count(len(pieces), 'piece')}", type="primary", key="delete"
        ):
            _change(lambda: _delete(pieces), f"{format_count(len(pieces), 'piece')} deleted.")


def heed_open() -> None:
    """Fill the widgets as they were for what was opened; before they are drawn."""
    piece: SavedPiece | None = st.session_state.pop("_open_next", None)
    if piece is not None:
        models.choose_next(piece.checkpoint)
        refill(piece.settings, piece.checkpoint, primed=primer_notes(piece) > 0)


def _open(piece: SavedPiece) -> None:
    """Show it, with the model and the settings that made it."""
    here = desk()
    here.put([piece])
    here.turn += 1
    st.session_state["_open_next"] = piece
    st.rerun()


def _delete(pieces: Sequence[SavedPiece]) -> None:
    here = desk()
    for piece in pieces:
        saved_pieces.delete(piece.id)
    gone = {piece.id for piece in pieces}
    here.put([piece for piece in here.batch if piece.id not in gone])
    if not here.batch:
        here.query = {}
        st.query_params.clear()


def _change(work: Callable[[], object], said: str) -> None:
    try:
        work()
    except (UnknownPiece, ValueError, OSError) as problem:
        st.error(escape(str(problem)))
        return
    if said:
        queue_toast(said)
    st.session_state[TURN] = turn() + 1
    here = desk()
    here.batch = tuple(_again(piece) for piece in here.batch)
    st.rerun()


def _again(piece: SavedPiece) -> SavedPiece:
    """The piece as the history has it now."""
    try:
        return saved_pieces.read_piece(piece.id)
    except UnknownPiece:
        return piece
