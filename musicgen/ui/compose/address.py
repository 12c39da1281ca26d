"""The page's address: open what it links to, and make it the link to the piece that is shown."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import UnknownPiece, read_piece
from musicgen.errors import MusicgenError
from musicgen.ui.compose.form.restore import restore_form
from musicgen.ui.compose.link import OTHER_NOTES, PieceLink, link_parameters, link_to
from musicgen.ui.compose.model_select import preselect_model
from musicgen.ui.compose.models import find_model
from musicgen.ui.compose.piece.views import VIEW
from musicgen.ui.compose.session import current_session


def apply_address() -> None:
    """Open the link of the address or of an uploaded file, once; before widgets are drawn."""
    session, query = current_session(), link_parameters(st.query_params.to_dict())
    if session.link_to_open:
        link, session.link_to_open = session.link_to_open, None
        _open(link)
        return
    if not query or query == session.query:
        return
    session.query = query
    try:
        link = PieceLink.from_query(query)
    except MusicgenError as error:
        session.notice = f"This address cannot be used: {error}."
        return
    _open(link)


def update_address() -> None:
    """Make the address the link to the piece that is shown; its view stays."""
    session = current_session()
    if session.piece is None or session.task is not None:
        return
    query, shown = link_to(session.piece).to_query(), st.query_params.to_dict()
    if query != session.query or not link_parameters(shown):
        session.query = query
        view = {name: value for name, value in shown.items() if name == VIEW}
        st.query_params.from_dict(query | view)


def _open(link: PieceLink) -> None:
    session = current_session()
    session.notice = _preselect(link.model)
    if link.prompt and not link.settings:
        session.notice += (
            f" The address begins from “{link.prompt[:60]}” and has no settings of a piece: "
            "nothing can be composed from it."
        )
    if link.settings:
        restore_form(link.settings, link.model, has_prompt=bool(link.prompt))
    _show_or_compose(link)


def _preselect(model: str) -> str:
    """Choose the model of a link; return a notice if it is another one or none."""
    if not model:
        return ""
    choice = find_model(model)
    if choice is None:
        return f"There is no model “{model[:80]}” here; another one is chosen."
    preselect_model(choice.name)
    if "@" in model and choice.name != model:
        deleted = model.partition("@")[2][:40]
        return (
            f"“{deleted}” of this model was deleted; {choice.folder.name} may write other notes "
            "from the same settings."
        )
    return ""


def _show_or_compose(link: PieceLink) -> None:
    """Show the piece of a link from the history; have it composed again if it is not there."""
    session = current_session()
    try:
        if link.piece:
            session.show([read_piece(link.piece)])
            return
    except UnknownPiece:
        if not link.settings:
            session.notice = "The piece of this address is not in the history here."
    if link.settings and find_model(link.model):
        if link.settings.draws_other_notes:
            session.notice += f" This link is of an earlier version: {OTHER_NOTES}."
        session.link_to_compose = link
