"""What can be done with a run: stop, resume, continue, fine-tune, rename, delete, share."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from musicgen.models.checkpoint import OPTIMIZER
from musicgen.settings import BadName
from musicgen.training import launch, shelf
from musicgen.training.archive import read_archive, write_archive
from musicgen.training.divergence import diverged, rate_to_try
from musicgen.training.keras_export import NoExport, keras_file, keras_file_name, opens_alone
from musicgen.training.oom import batch_size_to_try
from musicgen.training.run import FINISHED, QUEUED, STOPPING, Run, Status, UnknownRun
from musicgen.training.settings import MOST_WINDOWS, RunSettings
from musicgen.ui.acting import act
from musicgen.ui.runs import is_alive, watch_next
from musicgen.ui.tasks import Task, finish
from musicgen.ui.train_tune import fine_tune
from musicgen.ui.words import plain


def control(run: Run, settings: RunSettings, status: Status) -> None:
    """A row of buttons; only what makes sense in the run's state."""
    alive = is_alive(status)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if alive:
            _stop(run, status)
        elif can_go_on(run):
            if status.state != FINISHED:
                _resume(run, settings, status)
            if has_checkpoint(run):
                _continue(run, settings, status)
        if has_checkpoint(run):
            st.page_link(
                "pages/3_Compose.py", label="Compose from it", icon=":material/music_note:",
                query_params={"model": run.name},
            )  # fmt: skip
            fine_tune(run, settings)
            _download(run)
            _export(run)
        if not alive and not run.bundled:
            _rename(run)
            _delete(run)


def _button(
    label: str, icon: str, work: Callable[[], str], primary: bool = False, disabled: bool = False
) -> None:
    kind = "primary" if primary else "secondary"
    if st.button(label, icon=icon, type=kind, key=f"do-{label}", disabled=disabled):  # type: ignore[arg-type]
        act(work)


def _stop(run: Run, status: Status) -> None:
    def stop() -> str:
        launch.stop(run)
        return f"{plain(run.name)} {'is cancelled' if waits else 'will save and stop'}."

    waits = status.state == QUEUED
    label = "Cancel" if waits else "Stop and save"
    _button(label, ":material/stop:", stop, True, disabled=status.state == STOPPING)


def _resume(run: Run, settings: RunSettings, status: Status) -> None:
    def resume() -> str:
        launch.resume(run, batch_size=batch_size, learning_rate=rate)
        return f"{plain(run.name)} goes on."

    batch_size = rate = None
    if diverged(status.message):
        rate = _learning_rate(run, settings, status)
    else:
        batch_size = _batch_size(run, settings, status, "resume")
    _button("Resume", ":material/play_arrow:", resume, True)


def _batch_size(run: Run, settings: RunSettings, status: Status, key: str) -> int:
    """As it was, or half of it where the memory did not suffice, unless it is changed."""
    usual = batch_size_to_try(settings.train.batch_size, status.message)
    return int(
        st.number_input(
            "Batch size", 1, MOST_WINDOWS, usual, width=130,
            key=f"{key}-batch-{run.name}", help="windows at once; less needs less memory",
        )
    )  # fmt: skip


def _learning_rate(run: Run, settings: RunSettings, status: Status) -> float:
    """A lower one than that with which the loss was lost, unless it is changed."""
    usual = rate_to_try(settings.train.learning_rate, status.message)
    return float(
        st.number_input(
            "Learning rate", 1e-7, 1.0, usual, usual / 10, "%.2g", width=160,
            key=f"resume-rate-{run.name}", help="lower, for the loss was no longer a number",
        )
    )  # fmt: skip


def _continue(run: Run, settings: RunSettings, status: Status) -> None:
    with st.popover("Continue", icon=":material/fast_forward:"):
        st.markdown("Train on beyond the end, with the optimizer as it was left.")
        epochs = int(st.number_input("More epochs; 0: no limit", 0, 10_000, 10, key="more-epochs"))
        minutes = float(st.number_input("More minutes; 0: no limit", 0, 10_000, 0, key="more-min"))
        batch_size = _batch_size(run, settings, status, "continue")
        if st.button("Continue", key="continue", type="primary"):
            act(lambda: _go_on(run, epochs, minutes, batch_size))


def _go_on(run: Run, epochs: int, minutes: float, batch_size: int) -> str:
    launch.continue_further(run, epochs, minutes, batch_size)
    return f"{plain(run.name)} goes on."


def _download(run: Run) -> None:
    st.download_button(
        "Download", lambda: _zipped(run), f"{run.name}.zip", "application/zip",
        icon=":material/download:", on_click="ignore", key="download-run",
        help="the whole run as a zip: weights, settings, curves",
    )  # fmt: skip


def _export(run: Run) -> None:
    """A `.keras` file: made when asked for, then there to be saved."""
    words = "its best checkpoint's network as a .keras file"
    if not opens_alone(run):
        words += "; to open it, import musicgen.models.sequence first"
    made = st.session_state.get("_keras_file")
    if made and made[0] == run.folder:
        name, data = made[1:]
        st.download_button("Save the .keras file", data, name, on_click="ignore", key="save-keras")
    elif st.button("Export to Keras", key="export-keras", help=words):
        task: Task[bytes] = Task(lambda _: keras_file(run))
        try:
            data = finish(task, "Loading Keras and writing the file", "export")
        except NoExport as problem:
            st.error(plain(str(problem), 400))
            return
        st.session_state["_keras_file"] = (run.folder, keras_file_name(run), data)
        st.rerun()


def _zipped(run: Run) -> bytes:
    file = io.BytesIO()
    write_archive(run, file)
    return file.getvalue()


def _rename(run: Run) -> None:
    def rename() -> str:
        renamed = shelf.rename(run, name.strip())
        watch_next(renamed)
        return f"It is called {plain(renamed.name)} now."

    with st.popover("Rename", icon=":material/edit:"):
        name = st.text_input("Name", run.name, key=f"rename-{run.name}", max_chars=64)
        if st.button("Rename", key="rename-run"):
            act(rename)


def _delete(run: Run) -> None:
    def delete() -> str:
        shelf.delete(run)
        return f"{plain(run.name)} is deleted."

    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete **{plain(run.name)}** with its checkpoints and curves, for good?")
        if st.button("Yes, delete it", key="delete-run", type="primary"):
            act(delete)


def import_run() -> None:
    """A run from a zip that was downloaded here or elsewhere."""
    turn = st.session_state.setdefault("_run_imports", 0)
    with st.popover("Import a run", icon=":material/upload:"):
        file = st.file_uploader("A run's zip", type=["zip"], key=f"import-run-{turn}")
        if file is None:
            return

        def read() -> str:
            run = read_archive(file)
            st.session_state["_run_imports"] += 1
            watch_next(run)
            return f"{plain(run.name)} is here."

        act(read)


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
