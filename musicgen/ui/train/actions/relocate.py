"""Telling a run where its collection is now, when it has been moved."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.errors import Cancelled
from musicgen.training.run_folder.relocate import relocate_collection
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.actions import USER_ERRORS
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape


def relocate_form(run: Run, settings: RunSettings) -> None:
    """Show a warning and a field for the collection's new place."""
    st.warning(
        "To go on, it needs its collection, which is no longer at "
        f"“{escape(settings.source, 200)}”. Put it back, or enter where it is now."
    )
    with st.form(f"relocate-{run.name}", border=False), st.container(
        horizontal=True, vertical_alignment="bottom"
    ):  # fmt: skip
        place = st.text_input(
            "Its collection is now at", key=f"moved-to-{run.name}",
            placeholder="a collection's name, or the path of a folder, a file or a zip",
        ).strip()  # fmt: skip
        pressed = st.form_submit_button("Use it", key=f"use-moved-{run.name}")
    if pressed and place:
        _relocate(run, place)


def _relocate(run: Run, place: str) -> None:
    task = Task(lambda progress: relocate_collection(run, str(Path(place).expanduser()), progress))
    try:
        wait_for(task, "Reading the collection", "moved")
    except Cancelled:
        return
    except USER_ERRORS as error:
        st.error(escape(str(error), 500))
        return
    queue_toast("That is its collection: it can go on.")
    st.rerun()
