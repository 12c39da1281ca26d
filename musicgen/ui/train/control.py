"""What can be done with a run: stop, resume, continue, fine-tune, rename, delete, share."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from musicgen.models.checkpoints.checkpoint import OPTIMIZER
from musicgen.paths import BadName
from musicgen.training.failures import DIVERGED, suggested_batch_size, suggested_learning_rate
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.keras_export import (
    KerasExportFailed,
    checkpoint_identity,
    keras_file,
    keras_file_name,
    opens_without_package,
)
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.relocate import is_missing
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import FINISHED, QUEUED, STOPPING, Status
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.ui.shared.actions import run_action
from musicgen.ui.shared.settings_form import number_field
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape
from musicgen.ui.train.fine_tune import fine_tune
from musicgen.ui.train.relocate import ask_where
from musicgen.ui.train.runs import is_alive, watch_next

BOUNDS = TrainSettings.BOUNDS
Work = Callable[[], str]  # what a button asks for; returns what to say of it


def control(run: Run, settings: RunSettings, status: Status) -> None:
    """A row of buttons; only what makes sense in the run's state."""
    alive = is_alive(status)
    goes_on = not alive and can_go_on(run)
    moved = goes_on and is_missing(settings.source)
    wanted: Work | None = None
    exports = False
    with st.container(horizontal=True, vertical_alignment="center"):
        if alive:
            wanted = _stop(run, status)
        elif goes_on and not moved:
            if status.state != FINISHED:
                wanted = _resume(run, settings, status)
            if has_checkpoint(run):
                _continue(run, settings, status)
        if has_checkpoint(run):
            st.page_link(
                "pages/3_Compose.py", label="Compose from it", icon=":material/music_note:",
                query_params={"model": run.name},
            )  # fmt: skip
            fine_tune(run, settings)
            _download(run)
            exports = _export(run)
        if not alive and not run.bundled:
            _rename(run)
            _delete(run)
    if wanted:
        run_action(wanted)
    if exports:
        _make_keras_file(run)
    if moved:
        ask_where(run, settings)


def _button(label: str, icon: str, work: Work, disabled: bool = False) -> Work | None:
    """The work, where it is pressed."""
    pressed = st.button(label, icon=icon, type="primary", key=f"do-{label}", disabled=disabled)
    return work if pressed else None


def _stop(run: Run, status: Status) -> Work | None:
    def stop() -> str:
        launch.stop(run)
        return f"{escape(run.name)} {'is cancelled' if waits else 'will save and stop'}."

    waits = status.state == QUEUED
    label = "Cancel" if waits else "Stop and save"
    return _button(label, ":material/stop:", stop, disabled=status.state == STOPPING)


def _resume(run: Run, settings: RunSettings, status: Status) -> Work | None:
    def resume() -> str:
        launch.resume(run, batch_size=batch_size, learning_rate=rate)
        return f"{escape(run.name)} goes on."

    batch_size = rate = None
    first = st.container(width="content")  # what is set beside it must be known when it is pressed
    if status.failure == DIVERGED:
        usual = suggested_learning_rate(settings.train.learning_rate, status.failure)
        with _beside("Learning rate", f"resume-rate-{run.name}", usual):
            rate = _learning_rate(run, usual)
    else:
        usual = suggested_batch_size(settings.train.batch_size, status.failure)
        with _beside("Batch size", f"resume-batch-{run.name}", usual):
            batch_size = _batch_size(run, usual, "resume")
    with first:
        return _button("Resume", ":material/play_arrow:", resume)


def _beside(what: str, key: str, usual: float) -> DeltaGenerator:
    """What Resume goes on with, to be seen, and to be changed when it is opened."""
    return st.popover(f"{what} {st.session_state.get(key, usual):g}", icon=":material/tune:")


def _batch_size(run: Run, usual: int, key: str) -> int:
    """As it was, or half of it where the memory did not suffice, unless it is changed."""
    return number_field(
        "Batch size", usual, BOUNDS["batch_size"], f"{key}-batch-{run.name}",
        "windows at once; less needs less memory", step=1,
    )  # fmt: skip


def _learning_rate(run: Run, usual: float) -> float:
    """A lower one than that with which the loss was lost, unless it is changed."""
    return number_field(
        "Learning rate", usual, BOUNDS["learning_rate"], f"resume-rate-{run.name}",
        "lower, for the loss was no longer a number", step=usual / 10, format="%.2g",
    )  # fmt: skip


def _continue(run: Run, settings: RunSettings, status: Status) -> None:
    with st.popover("Continue", icon=":material/fast_forward:"):
        st.markdown("Train on beyond the end, with the optimizer as it was left.")
        epochs = number_field(
            "More epochs; 0: no limit", 10, (0, launch.MAX_EPOCHS), "more-epochs", step=1
        )
        minutes = number_field(
            "More minutes; 0: no limit", 0, BOUNDS["minutes"], "more-min", step=1
        )
        usual = suggested_batch_size(settings.train.batch_size, status.failure)
        batch_size = _batch_size(run, usual, "continue")
        if st.button("Continue", key="continue", type="primary"):
            run_action(lambda: _go_on(run, epochs, minutes, batch_size))


def _go_on(run: Run, epochs: int, minutes: float, batch_size: int) -> str:
    launch.continue_run(run, epochs, minutes, batch_size)
    return f"{escape(run.name)} goes on."


def _download(run: Run) -> None:
    st.download_button(
        "Download", lambda: _zipped(run), f"{run.name}.zip", "application/zip",
        icon=":material/download:", on_click="ignore", key="download-run",
        help="the whole run as a zip: weights, settings, curves",
    )  # fmt: skip


def _export(run: Run) -> bool:
    """A `.keras` file: made when asked for, then there to be saved; whether it is asked for."""
    words = "its best checkpoint's network as a .keras file"
    if not opens_without_package(run):
        words += "; to open it, import musicgen.models.sequence first"
    saved = st.session_state.get("_keras_file")
    if saved and saved[0] == checkpoint_identity(run):
        name, data = saved[1:]
        st.download_button("Save the .keras file", data, name, on_click="ignore", key="save-keras")
        return False
    return st.button("Export to Keras", key="export-keras", help=words)


def _make_keras_file(run: Run) -> None:
    identity = checkpoint_identity(run)
    task = Task(lambda progress: keras_file(run, progress))
    try:
        data = wait_for(task, "Loading Keras and writing the file", "export")
    except KerasExportFailed as problem:
        st.error(escape(str(problem), 400))
        return
    st.session_state["_keras_file"] = (identity, keras_file_name(run), data)
    st.rerun()


def _zipped(run: Run) -> bytes:
    file = io.BytesIO()
    write_archive(run, file)
    return file.getvalue()


def _rename(run: Run) -> None:
    def rename() -> str:
        renamed = manage.rename(run, name.strip())
        watch_next(renamed)
        return f"It is called {escape(renamed.name)} now."

    with st.popover("Rename", icon=":material/edit:"):
        name = st.text_input("Name", run.name, key=f"rename-{run.name}", max_chars=64)
        if st.button("Rename", key="rename-run"):
            run_action(rename)


def _delete(run: Run) -> None:
    def delete() -> str:
        manage.delete(run)
        for another in list_runs()[:1]:
            watch_next(another)
        return f"{escape(run.name)} is deleted."

    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete **{escape(run.name)}** with its checkpoints and curves, for good?")
        if st.button("Yes, delete it", key="delete-run", type="primary"):
            run_action(delete)


def import_run() -> None:
    """A run from a zip that was downloaded here or elsewhere."""
    turn = st.session_state.setdefault("_run_imports", 0)
    # Another key makes it another popover, which is closed.
    with st.popover("Import a run", icon=":material/upload:", key=f"importing-{turn}"):
        file = st.file_uploader("A run's zip", type=["zip"], key=f"import-run-{turn}")
        if file is None:
            return

        def read() -> str:
            run = read_archive(file)
            st.session_state["_run_imports"] += 1
            watch_next(run)
            return f"{escape(run.name)} is here."

        run_action(read)


def can_go_on(run: Run) -> bool:
    """Whether a run has what training needs beside the weights; one not begun needs nothing."""
    if run.bundled:
        return False
    try:
        return (run.checkpoint("latest") / OPTIMIZER).is_file()
    except (UnknownRun, BadName):
        return not has_checkpoint(run)


def has_checkpoint(run: Run) -> bool:
    """Whether it has learned something that can be composed from."""
    with suppress(UnknownRun, BadName):
        return run.checkpoint().is_dir()
    return False
