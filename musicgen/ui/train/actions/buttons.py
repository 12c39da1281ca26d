"""The row of buttons of a run: only the actions that its state allows."""

from __future__ import annotations

import streamlit as st

from musicgen.training.run_folder.relocate import is_missing
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FINISHED, Status
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.actions import run_action
from musicgen.ui.shared.link_button import link_button
from musicgen.ui.train.actions.delete import delete_popover
from musicgen.ui.train.actions.extend import extend_popover
from musicgen.ui.train.actions.fine_tune import fine_tune_popover
from musicgen.ui.train.actions.labels import curves_button, labels_line, labels_popover
from musicgen.ui.train.actions.relocate import relocate_form
from musicgen.ui.train.actions.rename import rename_popover
from musicgen.ui.train.actions.resume import resume_button
from musicgen.ui.train.actions.share import download_button, keras_button, write_keras_file
from musicgen.ui.train.actions.stop import stop_button
from musicgen.ui.train.runs import can_resume, has_checkpoint, is_alive


def action_buttons(run: Run, settings: RunSettings, status: Status) -> None:
    """Show the row of buttons, and below it what a pressed button reports."""
    alive = is_alive(status)
    resumable = not alive and can_resume(run)
    source_gone = resumable and is_missing(settings.source)
    action = None
    keras_pressed = False
    with st.container(horizontal=True, vertical_alignment="center"):
        if alive:
            action = stop_button(run, status)
        elif resumable and not source_gone:
            if status.state != FINISHED:
                action = resume_button(run, settings, status)
            if has_checkpoint(run):
                extend_popover(run, settings, status)
        if has_checkpoint(run):
            link_button(
                "pages/3_Compose.py", "Compose from it", ":material/music_note:", "compose",
                {"model": run.name}, primary=not alive,
            )  # fmt: skip
            fine_tune_popover(run, settings)
            download_button(run)
            keras_pressed = keras_button(run)
        if (run.folder / "metrics.jsonl").is_file():
            curves_button(run)
        if not alive and not run.bundled:
            labels_popover(run)
            rename_popover(run)
            delete_popover(run)
    labels_line(run)
    if action:
        run_action(action)
    if keras_pressed:
        write_keras_file(run)
    if source_gone:
        relocate_form(run, settings)
