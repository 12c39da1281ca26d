"""The panel at the left of the Compose page: what to write, and the button that starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.composing.history import UnknownPiece
from musicgen.corpus.errors import CorpusError
from musicgen.ui import compose_ask, compose_desk
from musicgen.ui.compose_begin import Begin, choose_begin
from musicgen.ui.compose_models import Opened
from musicgen.ui.words import plain


@st.fragment
def panel(opened: Opened) -> None:
    """All widgets of a new piece; moving them runs nothing but the panel."""
    button = st.container()
    compose_ask.main_widgets()
    with st.expander("Beginning", icon=":material/start:"):
        begin = _begin(opened)
    with st.expander("Sampling", icon=":material/casino:"):
        compose_ask.sampling_widgets()
    primed = begin is not None and begin.score is not None
    with st.expander("Rules", icon=":material/rule:"):
        compose_ask.rule_widgets(opened, primed)
    compose_ask.seed_widgets()
    with button:
        wanted = st.button(
            "Compose", type="primary", icon=":material/music_note:", width="stretch",
            key="compose", on_click=compose_ask.throw_dice, disabled=begin is None,
        )  # fmt: skip
    if wanted and begin is not None:
        try:
            compose_desk.start(opened, compose_ask.asked(opened, primed), begin)
        except ValueError as problem:
            compose_desk.desk().problem = str(problem)
        st.rerun()


def _begin(opened: Opened) -> Begin | None:
    """The beginning that is chosen; None where it cannot be used, which is said."""
    source = opened.checkpoint.facts.get("source") or opened.choice.run.settings.source
    try:
        return choose_begin(Path(str(source)).name)
    except (CorpusError, UnknownPiece, ValueError, OSError) as problem:
        st.warning(plain(str(problem), 300))
        return None
