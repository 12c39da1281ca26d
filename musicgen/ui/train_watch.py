"""Watching a run: how it stands and its curves, drawn anew while it is trained."""

from __future__ import annotations

import streamlit as st

from musicgen.training.metrics import Metrics
from musicgen.training.run import QUEUED, Run, Status, UnknownRun
from musicgen.training.settings import RunSettings
from musicgen.ui import runs, training_plots
from musicgen.ui.curves import curves
from musicgen.ui.train_control import control
from musicgen.ui.train_evaluation import evaluation_view, reference_levels
from musicgen.ui.train_samples import samples_view
from musicgen.ui.training_plots import BITS, EPOCHS, MINUTES, NATS, STEPS, View
from musicgen.ui.words import plain, span

LOOK = 2.0  # seconds between two looks at a run that is alive
CURVES = ("Loss", "By field", "Rate and speed", "Samples", "Evaluation", "Log", "Settings")


def watch(run: Run) -> None:
    """The run's live view, and what can be done with it."""
    try:
        settings = run.settings
    except UnknownRun as problem:
        st.error(plain(str(problem), 400))
        return
    status = run.status()
    alive = runs.is_alive(status)
    control(run, settings, status)
    live = st.fragment(_live, run_every=LOOK if alive else None)
    live(run, settings, status.state)


def _live(run: Run, settings: RunSettings, shown: str) -> None:
    """shown: the state that the rest of the page was drawn for."""
    status = run.status()
    if status.state != shown:
        st.rerun()
    runs.state_badge(status, run.bundled)
    if status.state == QUEUED:
        _queue(run)
    _numbers(run, settings, status)
    which = st.segmented_control(
        "Curves", CURVES, default=CURVES[0], required=True, key="curves",
        label_visibility="collapsed",
    )  # fmt: skip
    metrics = runs.metrics_of(run)
    if which == "Log":
        st.code(run.log_tail() or "Nothing has been printed.", language=None, height=380)
    elif which == "Samples":
        samples_view(run)
    elif which == "Evaluation":
        evaluation_view(run)
    elif which == "Settings":
        st.json(settings.to_json())
    elif not len(metrics.steps):
        st.info(
            "The first point of the curve comes with the first batch."
            if runs.is_alive(status)
            else "It has learned nothing yet, so that there is no curve."
        )
    else:
        _curves(str(which), run, settings, metrics)


def _queue(run: Run) -> None:
    from musicgen.training.process import place_in_queue

    place = place_in_queue(run)
    if place:
        st.markdown(f"Place **{place + 1}** in the queue: one training a device at a time.")


def _numbers(run: Run, settings: RunSettings, status: Status) -> None:
    best = f"best {status.best_valid_loss:.3f}" if status.best_valid_loss is not None else None
    minutes = settings.train.minutes
    limit = f"of {span(60 * minutes)}" if minutes else None
    shown = (
        ("Epoch", runs.how_far(status, minutes), None),
        ("Training, bits", runs.bits(status.loss), None),
        ("Validation, bits", runs.bits(status.valid_loss), best),
        ("Trained for", span(status.seconds), limit),
        ("Predictions", runs.rate(status.steps_per_second), None),
        ("Time left", runs.left(status), None),
    )
    with st.container(horizontal=True):
        for label, value, below in shown:
            st.metric(
                label, value, below, delta_color="off", delta_arrow="off", border=True,
                height="stretch",
            )  # fmt: skip
    parameters = f"{status.parameters:,} parameters · " if status.parameters else ""
    device = f"{status.device} · " if status.device else ""
    st.caption(plain(f"{parameters}{device}{settings.source} · {settings.encoding}", 400))


def _curves(which: str, run: Run, settings: RunSettings, metrics: Metrics) -> None:
    levels = reference_levels(run) if which == "Loss" else {}
    view = _view(loss=which == "Loss")
    if levels and not st.toggle("Reference lines", True, key="references"):
        levels = {}
    token = "note" if settings.encoding == "events" else "token"
    revision = f"{run.folder} {view}"
    if which == "Loss":
        curves(training_plots.loss_plot(metrics, view, token, levels), "loss", revision)
    elif which == "By field":
        if not len(metrics.epochs):
            st.info("Accuracy by field comes with the end of the first epoch.")
            return
        shown = (("accuracy", "accuracy"), ("bits", f"bits a {token}"))
        for column, (what, up) in zip(st.columns(2), shown, strict=True):
            with column:
                plot = training_plots.field_plot(metrics, what, up, view)
                curves(plot, f"fields-{what}", revision)
    else:
        _speed(metrics, view, revision)


def _speed(metrics: Metrics, view: View, revision: str) -> None:
    shown = [("steps_per_second", "predictions a second", 1.0)]
    shown.append(("learning_rate", "learning rate", 1.0))
    if (metrics.steps["gpu_memory"] > 0).any():
        shown.append(("gpu_memory", "GPU memory, MiB", 2.0**-20))
    for name, up, factor in shown:
        plot = training_plots.step_plot(metrics, name, up, view, factor)
        curves(plot, f"step-{name}", revision, height=220)


def _view(loss: bool) -> View:
    """How the curves are to be drawn, by the widgets above them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.segmented_control(
            "Along", (STEPS, EPOCHS, MINUTES), default=STEPS, required=True, key="axis"
        )
        if not loss:
            return View(str(axis))
        unit = st.segmented_control("Unit", (BITS, NATS), default=BITS, required=True, key="unit")
        smoothing = st.slider("Smoothing", 0.0, 0.98, 0.6, 0.02, key="smoothing", width=220)
        log = st.toggle("Log scale", key="log-loss")
    return View(str(axis), str(unit), smoothing, log)
