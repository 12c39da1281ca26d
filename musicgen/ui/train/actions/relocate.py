"""Telling a run where its collection is now, when it has been moved."""

from __future__ import annotations

import streamlit as st

from musicgen.corpus.user.safe_names import pasted_path
from musicgen.errors import Cancelled
from musicgen.files import USER_ERRORS, message_of
from musicgen.paths import is_shared
from musicgen.training.run_folder.relocate import relocate_collection
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from musicgen.ui.data.choose_collection import collection_names, collection_title
from musicgen.ui.shared.actions import keep_click, take_click
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape


def relocate_form(run: Run, settings: RunSettings) -> None:
    """Show a warning and a field for the collection's new place."""
    here = "Upload it on the Data page, then choose it" if is_shared() else (
        "Put it back, or enter where it is now"
    )  # fmt: skip
    st.warning(
        "To go on, it needs its collection, which is no longer at "
        f"“{escape(settings.source, 200)}”. {here}."
    )
    with st.form(f"relocate-{run.name}", border=False), st.container(
        horizontal=True, vertical_alignment="bottom"
    ):  # fmt: skip
        place = _choose_place(f"moved-to-{run.name}")
        key = f"use-moved-{run.name}"
        st.form_submit_button("Use it", key=key, on_click=keep_click, args=(key,))
    if take_click(key) and place:
        _relocate(run, place)


def _choose_place(key: str) -> str:
    """Show the field: any place on this computer, on a shared server a collection."""
    label = "Its collection is now at"
    if is_shared():
        return str(st.selectbox(label, collection_names(), None, collection_title, key) or "")
    placeholder = "a collection's name, or the path of a folder, a file or a zip"
    return st.text_input(label, key=key, placeholder=placeholder).strip()


def _relocate(run: Run, place: str) -> None:
    source = place if is_shared() else str(pasted_path(place))
    task = Task(lambda progress: relocate_collection(run, source, progress))
    try:
        wait_for(task, "Reading the collection", "moved")
    except Cancelled:
        return
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 500))
        return
    queue_toast("That is its collection: it can go on.")
    st.rerun()
