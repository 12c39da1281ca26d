"""Watching a run: how it stands and its curves, drawn anew while it is trained."""

from __future__ import annotations

import streamlit as st

from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import QUEUED, Status
from musicgen.training.settings import RunSettings
from musicgen.ui.components.live import live
from musicgen.ui.server.live_endpoint import (
    IDLE_POLL_SECONDS,
    POLL_SECONDS,
    has_curve,
    place_in_queue,
    state_key,
)
from musicgen.ui.shared.text import escape
from musicgen.ui.train import runs
from musicgen.ui.train.control import can_go_on, control
from musicgen.ui.train.evaluation import evaluation_view
from musicgen.ui.train.live_query import FIELDS, LOSS, SPEED, LiveQuery
from musicgen.ui.train.plots import BITS, EPOCHS, MINUTES, NATS, STEPS, View
from musicgen.ui.train.samples import samples_view

CURVES = (LOSS, FIELDS, SPEED)
VIEWS = (*CURVES, "Samples", "Evaluation", "Log", "Settings")


def watch(run: Run) -> None:
    """The run's live view, and what can be done with it."""
    try:
        settings = run.settings
    except UnknownRun as problem:
        st.error(escape(str(problem), 400))
        return
    status = run.status()
    control(run, settings, status)
    runs.state_badge(status, run.bundled, can_go_on(run))
    st.fragment(_views)(run, settings, status)


def _views(run: Run, settings: RunSettings, shown: Status) -> None:
    """What of the run to look at; the widgets are not drawn again while it is trained.

    shown: how it stood when the rest of the page was drawn.
    """
    which = str(
        st.segmented_control(
            "Curves", VIEWS, default=VIEWS[0], required=True, key="curves",
            label_visibility="collapsed",
        )
    )  # fmt: skip
    place = st.container()
    view = _view(loss=which == LOSS) if which in CURVES else View()
    often = 0.0 if run.bundled else POLL_SECONDS if runs.is_alive(shown) else IDLE_POLL_SECONDS
    with place:
        query = LiveQuery((run.name,), which, view).to_query()
        if live(query, state_key([run], which), often, "live"):
            st.rerun()
        if shown.state == QUEUED and (before := place_in_queue(run)):
            st.markdown(f"Place **{before + 1}** in the queue: one training a device at a time.")
        if which in CURVES:
            _say_why_not(run, which, shown)
        else:
            st.fragment(_other_view, run_every=often or None)(run, settings, which)


def _say_why_not(run: Run, which: str, status: Status) -> None:
    """Words in the place of curves that are not there yet."""
    if has_curve(run, which):
        return
    if which == FIELDS and has_curve(run, LOSS):
        st.info("Accuracy by field comes with the end of the first epoch.")
    elif runs.is_alive(status):
        st.info("The first point of the curve comes with the first batch.")
    else:
        st.info("It has learned nothing yet, so that there is no curve.")


def _other_view(run: Run, settings: RunSettings, which: str) -> None:
    """What is no curve."""
    if which == "Log":
        st.code(run.log_tail() or "Nothing has been printed.", language=None, wrap_lines=True)
    elif which == "Samples":
        samples_view(run, run.status().best_epoch)
    elif which == "Evaluation":
        evaluation_view(run)
    else:
        st.json(settings.to_json())


def _view(loss: bool) -> View:
    """How the curves are to be drawn, by widgets."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.segmented_control(
            "Along", (STEPS, EPOCHS, MINUTES), default=STEPS, required=True, key="axis"
        )
        if not loss:
            return View(str(axis))
        unit = st.segmented_control("Unit", (BITS, NATS), default=BITS, required=True, key="unit")
        smoothing = st.slider("Smoothing", 0.0, 0.98, 0.6, 0.02, key="smoothing", width=220)
        log = st.toggle("Log scale", key="log-loss")
        references = st.toggle("Reference lines", True, key="references")
    return View(str(axis), str(unit), smoothing, log, references)
