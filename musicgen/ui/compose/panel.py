"""The panel at the left of the Compose page: what to write, and the button that starts it."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import UnknownPiece
from musicgen.corpus.errors import CorpusError
from musicgen.paths import pieces_folder
from musicgen.ui.compose import start
from musicgen.ui.compose.form import state, widgets
from musicgen.ui.compose.form.prompt import Begin, choose_begin, linked_begin
from musicgen.ui.compose.models import Opened, source_of
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.text import escape


@st.fragment
def panel(opened: Opened) -> None:
    """All widgets of a new piece; moving them runs nothing but the panel."""
    button = st.container()
    widgets.main_widgets()
    with st.expander("Beginning", icon=":material/start:"):
        begin = _begin(opened)
    with st.expander("Sampling", icon=":material/casino:"):
        widgets.sampling_widgets()
    primed = begin is not None and begin.score is not None
    with st.expander("Rules", icon=":material/rule:"):
        widgets.rule_widgets(opened, primed)
    widgets.seed_widgets()
    with button:
        wanted = st.button(
            "Compose", type="primary", icon=":material/music_note:", width="stretch",
            key="compose", on_click=state.throw_dice, disabled=begin is None,
        )  # fmt: skip
    if wanted and begin is not None:
        try:
            asked = state.asked(opened, primed)
            start.start(opened, asked.settings, begin, asked.candidates)
        except ValueError as problem:
            desk().problem = str(problem)
        st.rerun()


def _begin(opened: Opened) -> Begin | None:
    """The beginning that is chosen; None where it cannot be used, which is said."""
    try:
        return choose_begin(source_of(opened))
    except (CorpusError, UnknownPiece, ValueError, OSError) as problem:
        st.warning(escape(str(problem), 300))
        return None


def compose_linked(opened: Opened) -> None:
    """Begin with the piece that a link asks for, if one does."""
    here = desk()
    link, notice, here.wanted = here.wanted, here.notice, None
    if link is None or link.settings is None:
        return
    try:
        begin = linked_begin(link.begin) if link.begin else Begin()
        start.start_one(opened, link.settings, begin, link.variation)
        here.notice = notice
    except ValueError as problem:
        here.problem = str(problem)


def compose_first(opened: Opened) -> None:
    """Offer a first piece, where none was ever composed; before the panel is drawn."""
    here = desk()
    if here.offered or here.piece or here.job or here.notice or here.problem:
        return
    here.offered = True
    if not any(pieces_folder().glob("[!.]*")):
        state.throw_dice()
        asked = state.asked(opened, primed=False)
        start.start(opened, asked.settings, Begin(), asked.candidates)
        here.turn = 0  # nobody asked for it
