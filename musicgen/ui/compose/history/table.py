"""All pieces composed so far: found again, chosen, and handed to what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, list_pieces
from musicgen.ui.compose.form.from_file import from_file
from musicgen.ui.compose.history import actions
from musicgen.ui.compose.history.compare import compare
from musicgen.ui.compose.piece_facts import originality_of
from musicgen.ui.shared.text import format_count

MOST_COMPARED = 6


@st.fragment
def history_view() -> None:
    """The table of all pieces, and what can be done with those that are chosen in it."""
    pieces = list_pieces()
    from_file()
    if not pieces:
        st.caption("Every piece that is composed is kept here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input("Search", key="history-search", placeholder="name, model, seed …")
        starred = st.toggle("Starred only", key="history-starred")
    shown = [piece for piece in pieces if _fits(piece, wanted, starred)]
    st.caption(
        f"{format_count(len(shown), 'piece')} of {len(pieces):,}; choose some to work with them."
    )
    turn = actions.turn()
    picked = st.dataframe(
        _table(shown), hide_index=True, key=f"history-{turn}", on_select="rerun",
        selection_mode="multi-row", height="auto" if len(shown) < 8 else 280,
        column_config={
            "★": st.column_config.Column(width=40),
            "composed": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
    )  # fmt: skip
    chosen = [shown[row] for row in picked["selection"]["rows"] if row < len(shown)]
    if len(chosen) == 1:
        actions.one(chosen[0])
    if chosen:
        actions.several(chosen)
    if 2 <= len(chosen) <= MOST_COMPARED:
        compare(chosen)


def _fits(piece: SavedPiece, wanted: str, starred: bool) -> bool:
    text = f"{piece.name} {piece.checkpoint} {piece.settings.seed} {piece.primer}".casefold()
    return (piece.starred or not starred) and all(
        word in text for word in wanted.casefold().split()
    )


def _table(pieces: Sequence[SavedPiece]) -> pd.DataFrame:
    reports = [originality_of(piece) for piece in pieces]
    return pd.DataFrame(
        {
            "★": ["★" if piece.starred else "" for piece in pieces],
            "name": [piece.name for piece in pieces],
            "composed": [_when(piece.created) for piece in pieces],
            "model": [piece.checkpoint for piece in pieces],
            "bars": [piece.facts.get("bars") for piece in pieces],
            "notes": [piece.facts.get("notes") for piece in pieces],
            "seed": [piece.settings.seed for piece in pieces],
            "temperature": [piece.settings.temperature for piece in pieces],
            "longest copy": [report.longest_match if report else None for report in reports],
            "made from": [piece.primer for piece in pieces],
        }
    )


def _when(created: str) -> datetime | None:
    """In the time of this computer."""
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except ValueError:
        return None
