"""Watching a run: how it stands and its curves, drawn anew while it is trained."""

from __future__ import annotations

import streamlit as st

from musicgen.training.metrics import Metrics
from musicgen.training.run import QUEUED, Run, Status, UnknownRun
from musicgen.training.settings import RunSettings
from musicgen.ui import runs, training_plots
from musicgen.ui.curves import curves
from musicgen.ui.figures import Figure, figures
from musicgen.ui.train_control import control, has_checkpoint
from musicgen.ui.train_evaluation import evaluation_view, reference_levels
from musicgen.ui.train_samples import samples_view
from musicgen.ui.training_plots import BITS, EPOCHS, MINUTES, NATS, STEPS, View
from musicgen.ui.words import plain, span

LOOK = 2.0  # seconds between two looks at a run that is alive
SELDOM = 10.0  # at one that is not: another page may have it go on
PLOTTED = ("Loss", "By field", "Rate and speed")
CURVES = (*PLOTTED, "Samples", "Evaluation", "Log", "Settings")
MOST_OF_A_NOTE = 400  # characters
TURNED = 5  # epochs without a better validation that are worth a word


def watch(run: Run) -> None:
    """The run's live view, and what can be done with it."""
    try:
        settings = run.settings
    except UnknownRun as problem:
        st.error(plain(str(problem), 400))
        return
    status = run.status()
    control(run, settings, status)
    runs.state_badge(status, run.bundled)
    st.fragment(_views)(run, settings, status)


def _views(run: Run, settings: RunSettings, shown: Status) -> None:
    """What of the run to look at; the widgets are not drawn again while it is trained.

    shown: how it stood when the rest of the page was drawn.
    """
    which = st.segmented_control(
        "Curves", CURVES, default=CURVES[0], required=True, key="curves",
        label_visibility="collapsed",
    )  # fmt: skip
    place = st.container()
    view = _view(loss=which == "Loss") if which in PLOTTED else View()
    often = None if run.bundled else LOOK if runs.is_alive(shown) else SELDOM
    live = st.fragment(_live, run_every=often)
    with place:
        live(run, settings, _standing(run, shown), str(which), view)


def _standing(run: Run, status: Status) -> tuple[str, str, bool]:
    """What decides about the words and the buttons of the page."""
    return status.state, status.message, has_checkpoint(run)


def _live(
    run: Run, settings: RunSettings, shown: tuple[str, str, bool], which: str, view: View
) -> None:
    """What changes while it is trained, in as few elements as can be: each costs the browser."""
    status = run.status()
    if _standing(run, status) != shown:
        st.rerun()
    if status.state == QUEUED:
        _queue(run)
    _numbers(run, settings, status)
    metrics = runs.metrics_of(run)
    if which == "Log":
        st.code(run.log_tail() or "Nothing has been printed.", language=None, wrap_lines=True)
    elif which == "Samples":
        samples_view(run, status.best_epoch)
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
        _curves(which, run, settings, metrics, view)


def _queue(run: Run) -> None:
    from musicgen.training.process import place_in_queue

    place = place_in_queue(run)
    if place:
        st.markdown(f"Place **{place + 1}** in the queue: one training a device at a time.")


def _numbers(run: Run, settings: RunSettings, status: Status) -> None:
    best = ""
    if status.best_valid_loss is not None:
        best = f"best {status.best_valid_loss:.3f}, epoch {status.best_epoch}"
    minutes = settings.train.minutes
    row = (
        Figure("Epoch", runs.how_far(status, minutes)),
        Figure("Training, bits", runs.bits(status.loss)),
        Figure("Validation, bits", runs.bits(status.valid_loss), best),
        Figure("Trained for", span(status.seconds), f"of {span(60 * minutes)}" if minutes else ""),
        Figure("Predictions", runs.rate(status.steps_per_second)),
        Figure("Time left", runs.left(status)),
    )
    parameters = f"{status.parameters:,} parameters · " if status.parameters else ""
    device = f"{status.device} · " if status.device else ""
    note = f"{parameters}{device}{settings.source} · {settings.encoding}"
    if status.epoch - status.best_epoch >= TURNED and status.best_epoch:
        note += f" · no better since epoch {status.best_epoch}, which is what composing uses"
    figures(row, note[:MOST_OF_A_NOTE], "numbers")


def _curves(which: str, run: Run, settings: RunSettings, metrics: Metrics, view: View) -> None:
    token = "note" if settings.encoding == "events" else "token"
    revision = f"{run.folder} {view.axis} {view.unit}"  # what is zoomed into stays while it is
    if which == "Loss":
        levels = reference_levels(run) if view.references else {}
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
