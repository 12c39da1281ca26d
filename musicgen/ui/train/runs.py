"""Runs on the page: choosing one, how it stands, and its metrics kept in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

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
from musicgen.ui.shared.text import escape, format_duration
from musicgen.ui.shared.url_choice import choose_next, url_choice

KEY = "run"  # of the chooser, and in links
MOST_IN_MEMORY = 32  # runs whose metrics are kept


@dataclass(frozen=True)
class State:
    """What a person is told of a state, and what to do next."""

    colour: str  # of a badge
    icon: str
    words: str


STATES = {
    QUEUED: State("gray", ":material/hourglass_top:", "It begins when its turn comes."),
    STARTING: State(
        "blue", ":material/rocket_launch:",
        "TensorFlow is loaded and the model compiled: the first point comes in some seconds.",
    ),
    RUNNING: State("blue", ":material/model_training:", "It goes on when you close this page."),
    STALLED: State(
        "orange", ":material/pause_circle:",
        "No sign of life for a while: the machine may be asleep or overloaded. "
        "Stop it if it stays so, then resume.",
    ),
    STOPPING: State("orange", ":material/stop_circle:", "It saves, then it stops."),
    STOPPED: State("gray", ":material/stop_circle:", "Resume it where it was."),
    FINISHED: State(
        "green", ":material/check_circle:", "Compose from it, or continue for some more epochs."
    ),
    FAILED: State(
        "red", ":material/error:", "Put right what it names, then resume. The log may say more."
    ),
    INTERRUPTED: State(
        "red", ":material/power_off:",
        "The machine or the process went down: resume from the last checkpoint.",
    ),
}  # fmt: skip


@dataclass
class _Kept:
    """One run's metrics, for all browsers that look at it."""

    metrics: Metrics
    lock: threading.Lock = field(default_factory=threading.Lock)


def metrics_of(run: Run) -> Metrics:
    """The run's metrics as they are now; only what is new is read."""
    kept = _kept(str(run.folder))
    with kept.lock:
        return kept.metrics.update()


@st.cache_resource(max_entries=MOST_IN_MEMORY, show_spinner=False)
def _kept(folder: str) -> _Kept:
    return _Kept(Metrics(Run(Path(folder))))


def choose_run() -> Run | None:
    """The chosen run; a link's where it has one; None where there is none."""
    names = [run.name for run in list_runs()]
    if not names:
        return None
    try:
        return find_run(url_choice("Run", names, KEY))
    except UnknownRun:  # deleted in this very moment
        return None


def watch_next(run: Run) -> None:
    """Have a run watched when the page runs again."""
    choose_next(KEY, run.name)
    st.session_state["_show_next"] = "Watch"


def state_badge(status: Status, bundled: bool, goes_on: bool) -> None:
    """The state as a badge, with the message and the next step.

    goes_on: whether it holds what a training goes on from.
    """
    state = STATES.get(status.state, STATES[INTERRUPTED])
    if bundled:
        words = "It came with the program: compose from it, or fine-tune a copy."
        st.markdown(f":green-badge[:material/inventory_2: bundled] {words}")
        return
    words = state.words
    if status.state == FINISHED and not goes_on:  # it may have come without its optimizer
        words = "Compose from it, or fine-tune a copy."
    said = status.message[:1].upper() + status.message[1:]
    message = f" **{escape(said, 500)}.**" if said else ""
    st.markdown(f":{state.colour}-badge[{state.icon} {status.state}]{message} {words}")


def is_alive(status: Status) -> bool:
    return status.state in ALIVE


def how_far(status: Status, minutes: float) -> str:
    """`3 of 40`; `3` where the time is what ends it."""
    return f"{status.epoch}" if minutes else f"{status.epoch} of {status.epochs or '?'}"


def rate(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f} / s" if value >= 10 else f"{value:.1f} / s"


def bits(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def left(status: Status) -> str:
    """Time left of a training that is going on."""
    if status.seconds_left is None or not is_alive(status):
        return "—"
    return format_duration(status.seconds_left)
