"""All pieces composed so far: open, star, name, compare, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from musicgen.composing import history
from musicgen.composing.history import KeptPiece, UnknownPiece
from musicgen.evaluation.musical import METRICS
from musicgen.ui import compose_models
from musicgen.ui.compose_desk import desk
from musicgen.ui.compose_facts import figures_of, originality_of, primer_notes
from musicgen.ui.compose_link import Link
from musicgen.ui.compose_pieces import AT_ONCE, score_of, sound_of
from musicgen.ui.compose_refill import refill
from musicgen.ui.frame import say_later
from musicgen.ui.words import count, plain

MOST_COMPARED = 6
FILE = "settings-file"


@st.fragment
def history_view() -> None:
    """The table of all pieces, and what can be done with those that are chosen in it."""
    pieces = history.kept_pieces()
    _from_file()
    if not pieces:
        st.caption("Every piece that is composed is kept here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input("Search", key="history-search", placeholder="name, model, seed …")
        starred = st.toggle("Starred only", key="history-starred")
    shown = [piece for piece in pieces if _fits(piece, wanted, starred)]
    st.caption(f"{count(len(shown), 'piece')} of {len(pieces):,}; choose some to work with them.")
    turn = st.session_state.setdefault("_history_turn", 0)  # a new table after each change
    picked = st.dataframe(
        _table(shown), hide_index=True, key=f"history-{turn}", on_select="rerun",
        selection_mode="multi-row", height="auto" if len(shown) < 8 else 280,
    )  # fmt: skip
    chosen = [shown[row] for row in picked["selection"]["rows"] if row < len(shown)]
    if len(chosen) == 1:
        _one(chosen[0])
    if chosen:
        _several(chosen)
    if 2 <= len(chosen) <= MOST_COMPARED:
        _compare(chosen)


def _from_file() -> None:
    """Make a piece again from its settings file or its MIDI."""
    with st.popover("From a piece's file", icon=":material/upload_file:"):
        st.file_uploader(
            "The settings or the MIDI of a piece, as they were downloaded",
            ["json", "mid"], key=FILE,
            max_upload_size=1, on_change=_take_file,
        )  # fmt: skip
    if st.session_state.pop("_file_taken", False):
        st.rerun()


def _take_file() -> None:
    file = st.session_state.get(FILE)
    if file is None:
        return
    st.session_state["_file_taken"] = True
    try:
        desk().given = Link.of_file(file.getvalue())
    except ValueError as problem:
        desk().problem = f"{file.name} cannot be used: {problem}"


def _fits(piece: KeptPiece, wanted: str, starred: bool) -> bool:
    text = f"{piece.name} {piece.checkpoint} {piece.settings.seed} {piece.primer}".casefold()
    return (piece.starred or not starred) and all(
        word in text for word in wanted.casefold().split()
    )


def _table(pieces: Sequence[KeptPiece]) -> pd.DataFrame:
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
            "longest copy": [report.longest_run if report else None for report in reports],
            "made from": [piece.primer for piece in pieces],
        }
    )


def _when(created: str) -> datetime | None:
    """In the time of this computer."""
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except ValueError:
        return None


def _one(piece: KeptPiece) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Open", icon=":material/open_in_full:", key="history-open", type="primary"):
            _open(piece)
        label, icon = ("Unstar", "star_half") if piece.starred else ("Star", "star")
        if st.button(label, icon=f":material/{icon}:", key="history-star"):
            _change(lambda: history.star(piece.id, not piece.starred), "")
        name = st.text_input(
            "Name", piece.name, max_chars=history.MOST_NAME, key=f"history-name-{piece.id}",
            label_visibility="collapsed", width=320,
        )  # fmt: skip
        if st.button("Rename", key="history-rename", disabled=name == piece.name):
            _change(lambda: history.rename(piece.id, name), f"It is called {plain(name)} now.")


def _open(piece: KeptPiece) -> None:
    """Show it, with the model and the settings that made it."""
    here = desk()
    here.put([piece])
    here.turn += 1
    st.session_state["_open_next"] = piece
    st.rerun()


def heed_open() -> None:
    """Fill the widgets as they were for what was opened; before they are drawn."""
    piece: KeptPiece | None = st.session_state.pop("_open_next", None)
    if piece is not None:
        compose_models.choose_next(piece.checkpoint)
        refill(piece.settings, piece.checkpoint, primed=primer_notes(piece) > 0)


def _several(pieces: Sequence[KeptPiece]) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        names = ", ".join(plain(piece.name, 60) for piece in pieces[:5])
        more = f" and {len(pieces) - 5} more" if len(pieces) > 5 else ""
        st.markdown(f"Delete {names}{more}? It cannot be undone.")
        if st.button(f"Yes, delete {count(len(pieces), 'piece')}", type="primary", key="delete"):
            _change(lambda: _delete(pieces), f"{count(len(pieces), 'piece')} deleted.")


def _delete(pieces: Sequence[KeptPiece]) -> None:
    here = desk()
    for piece in pieces:
        history.delete(piece.id)
    gone = {piece.id for piece in pieces}
    here.put([piece for piece in here.batch if piece.id not in gone])
    if not here.batch:
        here.query = {}
        st.query_params.clear()


def _compare(pieces: Sequence[KeptPiece]) -> None:
    """The sound of some pieces, and their figures, a column each."""
    titles = [f"{n}. {piece.name}" for n, piece in enumerate(pieces, 1)]
    for row in range(0, len(pieces), 2):
        for place, piece, title in zip(st.columns(2), pieces[row:], titles[row:], strict=False):
            with place:
                st.markdown(f"**{plain(title)}**")
                _hear(piece)
    found = [figures_of(piece) for piece in pieces]
    rows = [name for name in METRICS if any(name in figures for figures in found)]
    columns = {t: [of.get(name) for name in rows] for t, of in zip(titles, found, strict=True)}
    narrow = {t: st.column_config.NumberColumn(str(n), help=t) for n, t in enumerate(titles, 1)}
    st.dataframe(
        pd.DataFrame(columns, index=rows).round(3),
        height="content" if len(rows) < 20 else 600,
        column_config={"_index": st.column_config.Column(width=130)}
        | {title: {**column, "width": 80} for title, column in narrow.items()},
    )


def _hear(piece: KeptPiece) -> None:
    try:
        score = score_of(piece)
    except UnknownPiece as problem:
        st.error(plain(str(problem)))
        return
    if score.seconds > AT_ONCE:
        st.caption("Too long to be played here: open it.")
    else:
        st.audio(sound_of(score).result(), format="audio/wav")


def _change(work: Callable[[], object], said: str) -> None:
    try:
        work()
    except (UnknownPiece, ValueError, OSError) as problem:
        st.error(plain(str(problem)))
        return
    if said:
        say_later(said)
    st.session_state["_history_turn"] += 1
    here = desk()
    here.batch = tuple(_again(piece) for piece in here.batch)
    st.rerun()


def _again(piece: KeptPiece) -> KeptPiece:
    """The piece as the history has it now."""
    try:
        return history.kept_piece(piece.id)
    except UnknownPiece:
        return piece
