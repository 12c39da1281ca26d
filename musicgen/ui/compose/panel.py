"""Left column of the Compose page: the form of a new piece and the button that starts it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from musicgen.composing.editing.blank import add_blank_piece
from musicgen.errors import MusicgenError
from musicgen.files import USER_ERRORS, message_of
from musicgen.paths import pieces_folder
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.compose.form import widgets
from musicgen.ui.compose.form.prompt import Prompt, choose_prompt, prompt_from_link
from musicgen.ui.compose.form.state import draw_seed, follow_model, read_form
from musicgen.ui.compose.models import OpenModel, training_collection
from musicgen.ui.compose.piece.editor_view import open_editor
from musicgen.ui.compose.session import current_session
from musicgen.ui.compose.start import start_composing, start_variation
from musicgen.ui.shared.frame import scroll_to_top
from musicgen.ui.shared.text import escape


@st.fragment
def panel(opened: OpenModel) -> None:
    """Show all widgets; a change of one reruns the panel only."""
    button_place = st.container()
    follow_model(opened)
    widgets.main_widgets(opened)
    with st.expander("Beginning", icon=":material/start:"):
        prompt = _choose_prompt(opened)
    with st.expander("Sampling", icon=":material/casino:"):
        widgets.sampling_widgets(opened)
    has_prompt = prompt is not None and prompt.score is not None
    with st.expander("Rules", icon=":material/rule:"):
        widgets.rule_widgets(opened, has_prompt)
    widgets.seed_widgets()
    with button_place:
        clicked = st.button(
            "Compose", type="primary", icon=":material/music_note:", width="stretch",
            key="compose", on_click=draw_seed, disabled=prompt is None,
        )  # fmt: skip
        begins_blank = st.button(
            "Play or write my own", icon=":material/edit_note:", width="stretch", key="blank-piece",
            help="A piece without notes: play it in on a keyboard, or draw it. The model can go on "
            "with it.",
        )  # fmt: skip
        if prompt is not None and prompt.origin:  # its choice is out of sight when it is closed
            st.caption(f"The next piece: {escape(prompt.origin, 80)}")
    if begins_blank:
        _start_blank_piece(opened)
    if clicked and prompt is not None:
        try:
            request = read_form(opened, has_prompt)
            start_composing(opened, request.settings, prompt, request.candidates)
        except MusicgenError as error:
            current_session().error = message_of(error)
        st.rerun()


def _start_blank_piece(opened: OpenModel) -> None:
    """Add a piece without notes to the history, and open it in the editor."""
    session = current_session()
    try:
        settings = read_form(opened, has_prompt=False).settings
        now = datetime.now(UTC)
        session.show([add_blank_piece(opened.choice.name, settings, midi_bytes, now)])
        session.error = session.notice = ""
        open_editor()
        scroll_to_top()
    except USER_ERRORS as error:
        session.error = message_of(error)
    st.rerun()


def compose_from_link(opened: OpenModel) -> None:
    """Start the piece whose settings a link holds, if one was opened."""
    session = current_session()
    link, notice, session.link_to_compose = session.link_to_compose, session.notice, None
    if link is None or link.settings is None:
        return
    try:
        prompt = prompt_from_link(link.prompt) if link.prompt else Prompt()
        start_variation(opened, link.settings, prompt, link.variation)
        session.notice = notice
    except MusicgenError as error:
        session.error = message_of(error)


def compose_first_piece(opened: OpenModel) -> None:
    """Start a piece unasked where the history is empty; before the panel is drawn."""
    session = current_session()
    if session.first_piece_started or session.piece or session.task:
        return
    if session.notice or session.error:
        return
    session.first_piece_started = True
    if not any(pieces_folder().glob("[!.]*")):
        draw_seed()
        request = read_form(opened, has_prompt=False)
        start_composing(opened, request.settings, Prompt(), request.candidates)
        session.scroll_count = 0  # a piece that comes unasked does not scroll the page


def _choose_prompt(opened: OpenModel) -> Prompt | None:
    """Return the chosen prompt; None, with a warning, if it cannot be used."""
    try:
        return choose_prompt(training_collection(opened), opened.knows_parts)
    except USER_ERRORS as error:
        st.warning(escape(message_of(error), 300))
        return None
