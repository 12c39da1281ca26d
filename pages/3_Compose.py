"""The Compose page: a model writes new pieces; hear them, see them, take them away."""

from __future__ import annotations

import streamlit as st

from musicgen.models.checkpoints.checkpoint import BadCheckpoint
from musicgen.ui.compose import models, session
from musicgen.ui.compose.form import state
from musicgen.ui.compose.history import actions
from musicgen.ui.compose.history.table import history_view
from musicgen.ui.compose.panel import compose_first, compose_linked, panel
from musicgen.ui.compose.piece.player_view import stage
from musicgen.ui.compose.piece.views import views
from musicgen.ui.shared import frame
from musicgen.ui.shared.text import escape

frame.begin("Compose", "Let a trained model write new music: hear it, see it, take it away.")
frame.show_queued_toast()

state.prepare()
session.heed_link()
actions.heed_open()
desk = session.desk()
left, right = st.columns([3, 7], gap="medium")

opened = None
with left:
    choice = models.choose()
    if choice is None:
        st.info("There is no model yet. Train one first: a quick one takes five minutes.")
        st.page_link("pages/2_Train.py", label="Train a model", icon=":material/model_training:")
    else:
        try:
            opened = models.open_choice(choice)
        except BadCheckpoint as problem:
            st.error(f"This model cannot be used: {escape(str(problem), 400)}. Choose another one.")
    if opened:
        st.caption(models.about(opened), help=models.MEANING)
        compose_linked(opened)
        compose_first(opened)
        panel(opened)

with right:
    stage()
    session.show_address()
    if desk.notice:
        st.warning(escape(desk.notice, 400))
    if desk.problem:
        st.error(escape(desk.problem, 400))
    if desk.piece is None and desk.job is None and opened:
        st.markdown("Press **Compose**: the first piece is there in a second or two.")
    views()
    history = st.expander("All pieces", icon=":material/history:", on_change="rerun", key="history")
    with history:
        if history.open:
            history_view()
