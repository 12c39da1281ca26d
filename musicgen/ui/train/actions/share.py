"""Sharing a run: as a zip, as a `.keras` file, and importing one from its zip."""

from __future__ import annotations

import io

import streamlit as st

from musicgen.errors import Cancelled
from musicgen.files import USER_ERRORS, message_of
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.checkpoints import count_models
from musicgen.training.run_folder.keras_export import (
    checkpoint_identity,
    keras_file,
    keras_file_name,
    opens_without_package,
)
from musicgen.training.run_folder.run import Run
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape
from musicgen.ui.train.runs import watch_next

_KERAS_FILE = "_keras_file"  # session state: checkpoint, name and bytes of the last export


def download_button(run: Run) -> None:
    """Show the download of the whole run as a zip."""
    st.download_button(
        "Download", lambda: _zip_bytes(run), f"{run.name}.zip", "application/zip",
        icon=":material/download:", on_click="ignore", key=f"download-{run.name}",
        help="the whole run as a zip: weights, settings, curves",
    )  # fmt: skip


def keras_button(run: Run) -> bool:
    """Show the export to Keras, or the exported file; return whether the export is pressed."""
    checkpoint, name, data = st.session_state.get(_KERAS_FILE, (None, "", b""))
    if checkpoint == checkpoint_identity(run):
        st.download_button("Save the .keras file", data, name, on_click="ignore", key="save-keras")
        return False
    help = "its best checkpoint's network as a .keras file"
    if (models := count_models(run)) > 1:
        help += f": the first of the {models} models whose mean it is"
    if not opens_without_package(run):
        help += "; to open it, import musicgen.models.sequence first"
    return action_button("Export to Keras", key=f"export-keras-{run.name}", help=help)


def write_keras_file(run: Run) -> None:
    """Export the best checkpoint, with a progress bar, and rerun the page to offer the file."""
    checkpoint = checkpoint_identity(run)
    task = Task(lambda progress: keras_file(run, progress))
    try:
        data = wait_for(task, "Loading Keras and writing the file", "export")
    except Cancelled:
        return
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 400))
        return
    st.session_state[_KERAS_FILE] = (checkpoint, keras_file_name(run), data)
    st.rerun()


def import_run() -> None:
    """Show the upload of a run's zip, and import it."""
    imports = st.session_state.setdefault("_run_imports", 0)
    # Another key makes it a new popover, which is closed.
    with st.popover("Import a run", icon=":material/upload:", key=f"importing-{imports}"):
        file = st.file_uploader("A run's zip", type=["zip"], key=f"import-run-{imports}")
        if file is None:
            return

        def read() -> str:
            with st.spinner("Checking the run and exporting its step graphs from its weights"):
                run = read_archive(file)
                # Before the spinner ends: a rerun could end this there, and read the file again.
                st.session_state["_run_imports"] += 1
                watch_next(run)
            return f"{escape(run.name)} is here."

        run_action(read)


def _zip_bytes(run: Run) -> bytes:
    file = io.BytesIO()
    write_archive(run, file)
    return file.getvalue()
