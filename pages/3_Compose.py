"""The Compose page: a model writes new pieces; hear them, see them, take them away."""

from __future__ import annotations

import streamlit as st

from musicgen.models.checkpoint import BadCheckpoint
from musicgen.ui import compose_ask, compose_desk, compose_models, frame
from musicgen.ui.compose_panel import panel
from musicgen.ui.compose_stage import stage
from musicgen.ui.compose_views import views
from musicgen.ui.words import plain

frame.begin("Compose", "Let a trained model write new music: hear it, see it, take it away.")
frame.say_now()

compose_ask.prepare()
compose_desk.heed_link()
left, right = st.columns([3, 7], gap="medium")

with left:
    choice = compose_models.choose()
    if choice is None:
        st.info("There is no model yet. Train one first: a quick one takes five minutes.")
        st.page_link("pages/2_Train.py", label="Train a model", icon=":material/model_training:")
        st.stop()
    try:
        opened = compose_models.open_choice(choice)
    except BadCheckpoint as problem:
        st.error(f"This model cannot be used: {plain(str(problem), 400)}. Choose another one.")
        st.stop()
    st.caption(compose_models.about(opened))
    panel(opened)

desk = compose_desk.desk()
if desk.wanted:
    compose_desk.start_linked(opened)

with right:
    stage()
    compose_desk.show_address()
    if desk.problem:
        st.error(plain(desk.problem, 400))
    views(opened)
