"""The newest saved piece, which the page shows when it is opened."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import list_pieces
from musicgen.paths import pieces_folder
from musicgen.ui.compose.link import link_parameters
from musicgen.ui.compose.session import current_session

_LOOKED_FOR = "_newest_piece_shown"  # session state


def has_pieces() -> bool:
    """Whether there is a saved piece."""
    return any(pieces_folder().glob("[!.]*"))


def show_newest_piece() -> None:
    """Show the newest saved piece, once a session, where nothing else is to be shown."""
    session = current_session()
    if st.session_state.setdefault(_LOOKED_FOR, False):
        return
    st.session_state[_LOOKED_FOR] = True
    if session.piece or session.task or session.link_to_compose or session.notice or session.error:
        return
    if link_parameters(
        st.query_params.to_dict()
    ):  # the address asks for a model, or for a piece that is composed next
        return
    session.show(list_pieces()[:1])
