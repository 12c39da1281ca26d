"""Watching a run: its state, its actions and its curves, kept up to date while it trains."""

from __future__ import annotations

import streamlit as st

from musicgen.evaluation.verdict import BASELINES_IN_WORDS, NGRAM, Verdict, learning_verdict
from musicgen.files import message_of
from musicgen.training.run_folder.results import read_evaluation, reference_levels
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import FINISHED, QUEUED, Status
from musicgen.training.settings import RunSettings
from musicgen.ui.components.live import live
from musicgen.ui.server.live_endpoint import (
    IDLE_POLL_SECONDS,
    POLL_SECONDS,
    has_curve,
    place_in_queue,
    state_key,
)
from musicgen.ui.shared.text import escape, step_word
from musicgen.ui.shared.url_choice import url_segments
from musicgen.ui.train import runs
from musicgen.ui.train.actions.buttons import action_buttons
from musicgen.ui.train.actions.delete import delete_popover
from musicgen.ui.train.actions.fine_tune_offer import fine_tune_offer
from musicgen.ui.train.evaluation import evaluation_view
from musicgen.ui.train.live_query import FIELDS, LOSS, SPEED, LiveQuery
from musicgen.ui.train.piece_evaluation import piece_evaluation
from musicgen.ui.train.plots import BATCHES, BITS, EPOCHS, MINUTES, NATS, View
from musicgen.ui.train.samples import samples_view
from musicgen.ui.train.settings_table import settings_rows

CURVES_KEY = "curves"  # key of the widget and query parameter
CURVES = (LOSS, FIELDS, SPEED)
VIEWS = (*CURVES, "Samples", "Evaluation", "Log", "Settings")


def watch(run: Run) -> None:
    """Show a run and the actions on it."""
    try:
        settings = run.settings
    except UnknownRun as error:
        st.error(escape(message_of(error), 400))
        if not run.bundled:
            delete_popover(run)
        return
    status = run.status()
    step = step_word(settings.encoding)
    verdict = _verdict(run, status, step)
    before = place_in_queue(run) if status.state == QUEUED else 0
    runs.state_badge(status, run.bundled, runs.can_resume(run), verdict, before)
    action_buttons(run, settings, status)
    if verdict and verdict.level != "learned" and status.state == FINISHED:
        fine_tune_offer(settings.source)
    st.fragment(_views)(run, settings, status)


def _verdict(run: Run, status: Status, step: str) -> Verdict | None:
    """How far the run's best checkpoint has learned, by both sides that were held out."""
    test = read_evaluation(run.folder).get("test")
    return learning_verdict(
        status.best_valid_loss,
        reference_levels(run.folder),
        step,
        test.bits_per_step if test else None,
        reference_levels(run.folder, "test").get(NGRAM),
    )


def _views(run: Run, settings: RunSettings, drawn_with: Status) -> None:
    """Show one view of the run; the widgets are not drawn again while it trains.

    drawn_with: the status that the rest of the page was drawn with.
    """
    view_name = url_segments("Curves", VIEWS, CURVES_KEY, "collapsed")
    place = st.container()
    view = _view_widgets(loss=view_name == LOSS) if view_name in CURVES else View()
    alive = runs.is_alive(drawn_with)
    interval = 0.0 if run.bundled else POLL_SECONDS if alive else IDLE_POLL_SECONDS
    with place:
        query = LiveQuery((run.name,), view_name, view).to_query()
        if live(query, state_key([run], view_name), interval, "live"):
            st.rerun()
        if drawn_with.state == QUEUED and (before := place_in_queue(run)):
            st.markdown(f"Place **{before + 1}** in the queue: one training a device at a time.")
        if view_name in CURVES:
            _explain_missing_curve(run, view_name, drawn_with)
            if view_name == LOSS and view.references:
                _explain_references(run)
        else:
            st.fragment(_other_view, run_every=interval or None)(run, settings, view_name)


def _explain_missing_curve(run: Run, view_name: str, status: Status) -> None:
    """Say when the first point of a curve will come."""
    if has_curve(run, view_name):
        return
    if view_name == FIELDS and has_curve(run, LOSS):
        st.info("Accuracy by field comes with the end of the first epoch.")
    elif runs.is_alive(status):
        st.info("The first point of the curve comes with the first batch.")
    else:
        st.info("It has not been trained yet, so that there is no curve.")


def _explain_references(run: Run) -> None:
    """Say what the dashed lines are, where there are some."""
    lines = [
        f"**{name}**: {BASELINES_IN_WORDS[name]}"
        for name in reference_levels(run.folder)
        if name in BASELINES_IN_WORDS
    ]
    if lines:
        st.caption(f"Dashed lines, without any training: {'; '.join(lines)}. Lower is better.")


def _other_view(run: Run, settings: RunSettings, view_name: str) -> None:
    """Show a view without curves."""
    if view_name == "Log":
        st.code(run.log_tail() or "Nothing has been printed.", language=None, wrap_lines=True)
    elif view_name == "Samples":
        samples_view(run, run.status().best_epoch)
    elif view_name == "Evaluation":
        evaluation_view(run)
        piece_evaluation(run, settings)
    else:
        rows = settings_rows(settings)
        st.table({"setting": list(rows), "value": [escape(value) for value in rows.values()]})


def _view_widgets(loss: bool) -> View:
    """Show the widgets for axis, unit, smoothing and scale; return their values."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.segmented_control(
            "Along", (BATCHES, EPOCHS, MINUTES), default=BATCHES, required=True, key="axis"
        )
        if not loss:
            return View(str(axis))
        unit = st.segmented_control("Unit", (BITS, NATS), default=BITS, required=True, key="unit")
        smoothing = st.slider("Smoothing", 0.0, 0.98, 0.6, 0.02, key="smoothing", width=220)
        log = st.toggle("Log scale", key="log-loss")
        robust = not st.toggle(
            "Whole range", key="whole-range",
            help="Also the first losses, far above the others.",
        )  # fmt: skip
        references = st.toggle("Reference lines", True, key="references")
    return View(str(axis), str(unit), smoothing, log, references, robust)
