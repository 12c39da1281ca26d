"""Runs on the page: selecting one, its state in words, its metrics kept in memory."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from musicgen.evaluation.verdict import Verdict
from musicgen.models.checkpoints.checkpoint import OPTIMIZER
from musicgen.paths import BadName
from musicgen.training.run_folder.metrics import Metrics
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import (
    ALIVE,
    FAILED,
    FINISHED,
    INTERRUPTED,
    QUEUED,
    RUNNING,
    STALLED,
    STARTING,
    STOPPED,
    STOPPING,
    Status,
)
from musicgen.ui.shared.frame import announce, scroll_to_top
from musicgen.ui.shared.text import escape, format_progress
from musicgen.ui.shared.url_choice import choose_next, url_choice

RUN = "run"  # key of the select box and query parameter
MAX_RUNS_IN_MEMORY = 32  # whose metrics are kept


@dataclass(frozen=True)
class StateBadge:
    """A state on the page: its badge, and what to do next."""

    colour: str
    icon: str
    advice: str


STATES = {
    QUEUED: StateBadge("gray", ":material/hourglass_top:", "It starts in a few seconds."),
    STARTING: StateBadge(
        "blue", ":material/rocket_launch:",
        "TensorFlow is loaded and the model compiled: the first point comes in some seconds.",
    ),
    RUNNING: StateBadge(
        "blue", ":material/model_training:", "It goes on when you close this page."
    ),
    STALLED: StateBadge(
        "orange", ":material/pause_circle:",
        "No sign of life for a while: the machine may be asleep or overloaded. "
        "Stop it if it stays so, then resume.",
    ),
    STOPPING: StateBadge("orange", ":material/stop_circle:", "It saves, then it stops."),
    STOPPED: StateBadge("gray", ":material/stop_circle:", "Resume it where it was."),
    FINISHED: StateBadge(
        "green", ":material/check_circle:", "Compose from it, or continue for some more epochs."
    ),
    FAILED: StateBadge(
        "red", ":material/error:", "Correct what it names, then resume. The log may say more."
    ),
    INTERRUPTED: StateBadge(
        "red", ":material/power_off:",
        "The machine or the process went down: resume from the last checkpoint.",
    ),
}  # fmt: skip


@dataclass
class _SharedMetrics:
    """Metrics of one run, shared by all sessions that watch it."""

    metrics: Metrics
    lock: threading.Lock = field(default_factory=threading.Lock)


def metrics_of(run: Run) -> Metrics:
    """Return the run's metrics as they are now; only new lines are read."""
    shared = _shared_metrics(str(run.folder))
    with shared.lock:
        return shared.metrics.update()


@st.cache_resource(max_entries=MAX_RUNS_IN_MEMORY, show_spinner=False)
def _shared_metrics(folder: str) -> _SharedMetrics:
    return _SharedMetrics(Metrics(Run(Path(folder))))


def choose_run() -> Run | None:
    """Show the select box and return the selected run; None when there is no run."""
    names = [run.name for run in list_runs()]
    if not names:
        return None
    try:
        return find_run(url_choice("Run", names, RUN))
    except UnknownRun:  # deleted since it was listed
        return None


def watch_next(run: Run) -> None:
    """Show a run on the next run of the page."""
    scroll_to_top()
    choose_next(RUN, run.name)
    st.session_state["_show_next"] = "Watch"


def state_badge(
    status: Status, bundled: bool, resumable: bool, verdict: Verdict | None = None, before: int = 0
) -> None:
    """Show the state as a badge, with the run's message and what to do next.

    resumable: whether the run holds what training needs to go on. verdict: on what it has learned,
    where it has ended. before: trainings that come before it in the queue.
    """
    badge = STATES.get(status.state, STATES[INTERRUPTED])
    if bundled:
        advice = "It came with the program: compose from it, or fine-tune a copy."
        st.markdown(f":green-badge[:material/inventory_2: bundled] {advice}")
        if verdict:
            st.caption(escape(verdict.sentence, 400))
        return
    advice = badge.advice
    if status.state == FINISHED and not resumable:  # imported without its optimizer
        advice = "Compose from it, or fine-tune a copy."
    elif status.state == FINISHED and 0 < status.best_epoch == status.epoch:
        advice = "It was still getting better: continue for longer, or compose from it."
    if status.state == QUEUED and before:
        advice = "It begins when its turn comes."
    if status.state == FINISHED and verdict and verdict.level != "learned":
        advice = "Continue for longer, or fine-tune a model that ships."
    sentence = status.message[:1].upper() + status.message[1:]
    message = f" **{escape(sentence, 500)}.**" if sentence else ""
    if verdict and not is_alive(status):
        learned = escape(verdict.sentence, 400)
        is_good = verdict.level == "learned"  # otherwise the advice follows from it
        advice = f"{advice} {learned}" if is_good else f"{learned} {advice}"
    badge_text = f":{badge.colour}-badge[{badge.icon} {status.state}]"
    st.markdown(f"{badge_text}{message} {advice}")
    announce(f"The training is {status.state}. {sentence}")


def is_alive(status: Status) -> bool:
    """Return whether the run has a process that trains it or will."""
    return status.state in ALIVE


def can_resume(run: Run) -> bool:
    """Return whether training can go on: from the optimizer's state, or from the beginning."""
    if run.bundled:
        return False
    try:
        return (run.checkpoint("latest") / OPTIMIZER).is_file()
    except (UnknownRun, BadName):
        return not has_checkpoint(run)


def has_checkpoint(run: Run) -> bool:
    """Return whether there is a checkpoint to compose from."""
    with suppress(UnknownRun, BadName):
        return run.checkpoint().is_dir()
    return False


def format_epoch(status: Status, minutes: float) -> str:
    """Return `3 of 40`; `3` when training ends after a time and not after epochs."""
    return f"{status.epoch}" if minutes else f"{status.epoch} of {status.epochs or '?'}"


def format_rate(value: float | None) -> str:
    """Return a number a second: `1,204 / s`, `2.5 / s`."""
    return "—" if value is None else f"{value:,.0f} / s" if value >= 10 else f"{value:.1f} / s"


def format_bits(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def format_time_left(status: Status) -> str:
    """Return the time left of a training that is going on."""
    if status.seconds_left is None or not is_alive(status):
        return "—"
    return format_progress(status.seconds_left)
