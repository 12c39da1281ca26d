"""Saying where the collection of a run is now, when it is not where it was."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.corpus.errors import CorpusError
from musicgen.errors import Cancelled
from musicgen.training.run_folder.relocate import DifferentPieces, relocate_collection
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape


def ask_where(run: Run, settings: RunSettings) -> None:
    """Words and a field in the place of what cannot be done without the collection."""
    st.warning(
        "To go on, it needs its collection, which is no longer at "
        f"“{escape(settings.source, 200)}”. Put it back, or say where it is now."
    )
    with st.form(f"moved-{run.name}", border=False), st.container(
        horizontal=True, vertical_alignment="bottom"
    ):  # fmt: skip
        place = st.text_input(
            "Its collection is now at", key=f"moved-to-{run.name}",
            placeholder="a collection's name, or the path of a folder, a file or a zip",
        ).strip()  # fmt: skip
        asked = st.form_submit_button("Use it", key=f"use-moved-{run.name}")
    if asked and place:
        _use(run, place)


def _use(run: Run, place: str) -> None:
    task = Task(lambda progress: relocate_collection(run, str(Path(place).expanduser()), progress))
    try:
        wait_for(task, "Reading the collection", "moved")
    except Cancelled:
        return
    except (CorpusError, DifferentPieces, OSError) as problem:
        st.error(escape(str(problem), 500))
        return
    queue_toast("That is its collection: it can go on.")
    st.rerun()
