"""Resuming a training that was stopped or has failed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from musicgen.training.failures import DIVERGED, suggested_batch_size, suggested_learning_rate
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import Status
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.ui.shared.actions import action_button
from musicgen.ui.shared.settings_form import number_field
from musicgen.ui.shared.text import escape

BOUNDS = TrainSettings.BOUNDS


def resume_button(run: Run, settings: RunSettings, status: Status) -> Callable[[], str] | None:
    """Show the button with the setting that it resumes with; return the action when pressed."""

    def resume() -> str:
        launch.resume(run, batch_size=batch_size, learning_rate=rate)
        return f"{escape(run.name)} goes on."

    batch_size = rate = None
    first = st.container(width="content")  # the button stands first, but needs the value below
    if status.failure == DIVERGED:
        default = suggested_learning_rate(settings.train.learning_rate, status.failure)
        with _setting_popover("Learning rate", f"resume-rate-{run.name}", default):
            rate = _learning_rate(run, default)
    else:
        suggested = suggested_batch_size(settings.train.batch_size, status.failure)
        with _setting_popover("Batch size", f"resume-batch-{run.name}", suggested):
            batch_size = batch_size_field(run, suggested, "resume")
    with first:
        pressed = action_button(
            "Resume", icon=":material/play_arrow:", type="primary", key=f"resume-{run.name}"
        )
    return resume if pressed else None


def batch_size_field(run: Run, default: int, action: str) -> int:
    """Show the batch size of an action; smaller by default after memory ran out."""
    return number_field(
        "Batch size", default, BOUNDS["batch_size"], f"{action}-batch-{run.name}",
        "windows in one batch; a smaller batch needs less memory", step=1,
    )  # fmt: skip


def _setting_popover(label: str, key: str, default: float) -> DeltaGenerator:
    """Return a popover that is labelled with the value in it."""
    return st.popover(f"{label} {st.session_state.get(key, default):g}", icon=":material/tune:")


def _learning_rate(run: Run, default: float) -> float:
    """Show the learning rate after the loss was no number."""
    return number_field(
        "Learning rate", default, BOUNDS["learning_rate"], f"resume-rate-{run.name}",
        "lower, because the loss was no longer a number", step=default / 10, format="%.2g",
    )  # fmt: skip
