"""Compose page: compose pieces with a trained model, hear, see and download them."""

from __future__ import annotations

import streamlit as st

from musicgen.files import message_of
from musicgen.models.checkpoints.checkpoint import BadCheckpoint
from musicgen.ui.compose.address import apply_address, update_address
from musicgen.ui.compose.form.restore import restore_form_of_opened_piece
from musicgen.ui.compose.form.state import initialize_form
from musicgen.ui.compose.history.newest import has_pieces, show_newest_piece
from musicgen.ui.compose.history.table import history_view
from musicgen.ui.compose.listening import listening_test
from musicgen.ui.compose.model_select import (
    FACTS_HELP,
    model_facts,
    model_summary,
    select_checkpoint,
    select_run,
    warn_unlearned,
)
from musicgen.ui.compose.models import OpenModel, open_model
from musicgen.ui.compose.panel import compose_first_piece, compose_from_link, panel
from musicgen.ui.compose.piece.player_view import player_view
from musicgen.ui.compose.piece.views import views
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared import frame
from musicgen.ui.shared.text import escape


def choose_model() -> OpenModel | None:
    """Widgets that choose the model; None, with a reason, where it cannot be used."""
    run = select_run()
    if run is None:
        st.info("There is no model yet. Train one first: a quick one takes five minutes.")
        st.page_link("pages/2_Train.py", label="Train a model", icon=":material/model_training:")
        return None
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        summary = st.empty()
        details = st.popover("Details", type="tertiary", key="model-details")
    with details:
        choice = select_checkpoint(run)
    try:
        opened = open_model(choice)
    except (BadCheckpoint, OSError) as error:
        reason = escape(message_of(error), 400)
        st.error(f"This model cannot be used: {reason}. Choose another one.")
        return None
    summary.caption(model_summary(opened), width="content")
    warn_unlearned(opened)
    with details:
        st.caption(model_facts(opened), help=FACTS_HELP)
        st.page_link(
            "pages/2_Train.py", label="Its training", icon=":material/model_training:",
            query_params={"show": "Watch", "run": opened.choice.run.name},
        )  # fmt: skip
    return opened


frame.begin("Compose", "Let a trained model write new music: hear it, see it, download it.")
frame.show_queued_toast()

initialize_form()
apply_address()
restore_form_of_opened_piece()
session = current_session()
show_newest_piece()
with st.container(key="compose-columns"):
    left, right = st.columns([3, 7], gap="medium")

with left:
    opened = choose_model()
    if opened:
        compose_from_link(opened)
        compose_first_piece(opened)
        panel(opened)

with right, st.container(key="compose-result"):
    player_view()
    update_address()
    if session.notice:
        st.warning(escape(session.notice, 400))
    if session.error:
        st.error(escape(session.error, 400))
    if session.piece is None and session.task is None and opened:
        st.markdown("Press **Compose**: the first piece is there in a few seconds.")
with right, st.container(key="compose-rest"):
    views()
    history = st.expander(
        "All pieces", icon=":material/history:", on_change="rerun", key="history",
        expanded=has_pieces(),
    )  # fmt: skip
    with history:
        if history.open:
            history_view()
    test = st.expander(
        "Listening test", icon=":material/headphones:", on_change="rerun", key="listening"
    )
    with test:
        if test.open and opened:
            listening_test(opened)
