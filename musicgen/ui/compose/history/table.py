"""Table of all saved pieces: search, selection, actions, comparison."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from musicgen.bin import PIECES
from musicgen.composing.records.saved_pieces import SavedPiece, list_pieces, title_in_bin
from musicgen.rendering.note_names import searched_text
from musicgen.ui.compose.form.restore import upload_piece
from musicgen.ui.compose.history import actions
from musicgen.ui.compose.history.compare import compare
from musicgen.ui.compose.models import model_label
from musicgen.ui.compose.piece_facts import originality_of
from musicgen.ui.shared.bin_view import bin_view
from musicgen.ui.shared.selectable_table import selectable_table
from musicgen.ui.shared.text import format_count

MAX_COMPARED = 6
_SHARED = (
    "The longest passage that a training piece has, too. None where there is none, or nothing to "
    "compare with."
)


@st.fragment
def history_view() -> None:
    """Show the table, and actions on the pieces that are selected in it."""
    pieces = list_pieces()
    with st.container(horizontal=True):
        upload_piece()
        bin_view(PIECES, title_of=title_in_bin)
    if not pieces:
        st.caption("Every composed piece is saved here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input("Search", key="history-search", placeholder="name, model, seed …")
        starred_only = st.toggle("Starred only", key="history-starred")
    rows = [piece for piece in pieces if _passes_filter(piece, search, starred_only)]
    st.caption(f"{format_count(len(rows), 'piece')} of {len(pieces):,}; select one or several.")
    ids = selectable_table(
        _table(rows), [piece.id for piece in rows], actions.TABLE_KEY, several=True,
        height="auto" if len(rows) < 8 else 280, placeholder="",
        column_config={
            "★": st.column_config.Column(width=40),
            "name": st.column_config.Column(width=170),
            "composed": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=130),
            "model": st.column_config.Column(width=105),
            "notes": st.column_config.Column(width=55),
            "shared": st.column_config.NumberColumn(format="%d notes", help=_SHARED, width=75),
        },
    )  # fmt: skip
    selected = [piece for piece in rows if piece.id in ids]
    if len(selected) == 1:
        actions.single_piece_actions(selected[0])
    if selected:
        actions.delete_action(selected)
    if 2 <= len(selected) <= MAX_COMPARED:
        compare(selected)


def _passes_filter(piece: SavedPiece, search: str, starred_only: bool) -> bool:
    text = f"{piece.name} {piece.checkpoint} {piece.settings.seed} {piece.primer}"
    text = searched_text(text)
    return (piece.starred or not starred_only) and all(
        word in text for word in search.casefold().split()
    )


def _table(pieces: Sequence[SavedPiece]) -> pd.DataFrame:
    """What tells pieces apart, in the width of the page; their settings are in their details."""
    reports = [originality_of(piece) for piece in pieces]
    table = pd.DataFrame(
        {
            "★": ["★" if piece.starred else "" for piece in pieces],
            "name": [piece.name for piece in pieces],
            "composed": [_local_time(piece.created) for piece in pieces],
            "model": [model_label(piece.checkpoint) for piece in pieces],
            "notes": [piece.facts.get("notes") for piece in pieces],
            "shared": [report.longest_match or None if report else None for report in reports],
            "origin": [piece.primer for piece in pieces],
        }
    )
    return table if any(table["origin"]) else table.drop(columns="origin")


def _local_time(created: str) -> datetime | None:
    """Parse ISO 8601 into this computer's time zone; None if it is damaged."""
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except ValueError:
        return None
