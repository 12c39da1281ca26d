"""Editor of the piece that is shown, in the place of its player."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece, read_piece
from musicgen.ui.components.edit_report import EditReport
from musicgen.ui.components.editor import editor
from musicgen.ui.compose.measured import up_to_date
from musicgen.ui.compose.session import current_session
from musicgen.ui.server import draft_endpoint, edit_endpoint, sound_files

PLAY, EDIT = "Play", "Edit"
MODE_KEY = "roll-mode"
_OPEN = "_open_editor"  # session state: the next run shows the editor
_HANDLED = "_editor_report"  # session state: number of the last report that was handled


def open_editor() -> None:
    """Have the editor shown on the next run of the page."""
    st.session_state[_OPEN] = True


def chooses_editor() -> bool:
    """Widget that switches between the player and the editor."""
    if st.session_state.pop(_OPEN, False):
        st.session_state[MODE_KEY] = EDIT
    mode = st.segmented_control(
        "Roll", [PLAY, EDIT], default=PLAY, required=True, key=MODE_KEY,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return mode == EDIT


def editor_view(piece: SavedPiece) -> None:
    """Show the editor; where edits were saved, show the piece that has them."""
    edits = sound_files.base_path() + edit_endpoint.PATH
    recordings = sound_files.base_path() + draft_endpoint.RECORDINGS_PATH
    session = current_session()
    locked = session.locked_parts(piece)
    report, locks = editor(piece.id, edits, recordings, sound_files.address(), "editor", locked)
    if locks is not None:
        session.locked[locks.piece] = locks.parts
    show_edits(piece, report)


def show_edits(piece: SavedPiece, report: EditReport | None) -> None:
    """Show the piece that has the edits of a report, in the place of the one that is shown."""
    session = current_session()
    if report is None or report.report == st.session_state.get(_HANDLED):
        return
    st.session_state[_HANDLED] = report.report
    if piece.id not in (report.opened, report.piece):
        return  # another piece has been opened since
    try:
        edited = up_to_date(read_piece(report.piece))
    except UnknownPiece:
        return
    session.pieces = tuple(edited if shown.id == piece.id else shown for shown in session.pieces)
    st.rerun()
