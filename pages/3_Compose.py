"""The Compose page: a model writes new pieces; hear them, see them, take them away."""

from __future__ import annotations

import streamlit as st

from musicgen.models.checkpoint import BadCheckpoint
from musicgen.ui import compose_ask, compose_desk, compose_kept, compose_models, frame
from musicgen.ui.compose_history import history_view
from musicgen.ui.compose_panel import compose_first, compose_linked, panel
from musicgen.ui.compose_stage import stage
from musicgen.ui.compose_views import views
from musicgen.ui.words import plain

frame.begin("Compose", "Let a trained model write new music: hear it, see it, take it away.")
frame.say_now()

compose_ask.prepare()
compose_desk.heed_link()
compose_kept.heed_open()
desk = compose_desk.desk()
left, right = st.columns([3, 7], gap="medium")

opened = None
with left:
    choice = compose_models.choose()
    if choice is None:
        st.info("There is no model yet. Train one first: a quick one takes five minutes.")
        st.page_link("pages/2_Train.py", label="Train a model", icon=":material/model_training:")
    else:
        try:
            opened = compose_models.open_choice(choice)
        except BadCheckpoint as problem:
            st.error(f"This model cannot be used: {plain(str(problem), 400)}. Choose another one.")
    if opened:
        st.caption(compose_models.about(opened), help=compose_models.MEANING)
        compose_linked(opened)
        compose_first(opened)
        panel(opened)

with right:
    stage()
    compose_desk.show_address()
    if desk.notice:
        st.warning(plain(desk.notice, 400))
    if desk.problem:
        st.error(plain(desk.problem, 400))
    if desk.piece is None and desk.job is None and opened:
        st.markdown("Press **Compose**: the first piece is there in a second or two.")
    views()
    history = st.expander("All pieces", icon=":material/history:", on_change="rerun", key="history")
    with history:
        if history.open:
            history_view()
