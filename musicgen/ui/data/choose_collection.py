"""Choosing a collection, and looking after one's own."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.corpus.bundled.library import BundledCollection, bundled_collections
from musicgen.corpus.errors import CorpusError
from musicgen.corpus.user import user_collections
from musicgen.paths import BadName
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.text import escape
from musicgen.ui.shared.url_choice import choose_next, url_choice

COLLECTION = "collection"  # of the chooser, and in links


def choose_collection() -> str:
    """The chosen collection's name; a link's where it has one."""
    return url_choice("Collection", collection_names(), COLLECTION)


def collection_names() -> list[str]:
    """The bundled collections, then the user's own."""
    bundled = [collection.name for collection in bundled_collections()]
    return [*bundled, *user_collections.own_collection_names()]


def bundled_collection(name: str) -> BundledCollection | None:
    """What is known of a bundled collection; None for the user's own."""
    return next((each for each in bundled_collections() if each.name == name), None)


def manage_collection(name: str) -> None:
    """Rename or delete a collection of one's own."""
    if bundled_collection(name):
        return
    with st.popover("Manage", icon=":material/edit:", width="stretch"):
        new = st.text_input("Name", value=name, key=f"new-name-{name}", max_chars=64)
        if st.button("Rename", key="rename-collection", disabled=new == name):
            _apply(lambda: user_collections.rename(name, new), f"It is called {escape(new)} now.")
        st.divider()
        st.markdown("Deleting removes the studio's copies; models trained on them stay.")
        sure = st.checkbox(f"Yes, delete {escape(name)}", key=f"sure-{name}")
        if st.button("Delete", key="delete-collection", type="primary", disabled=not sure):
            _apply(lambda: _delete(name), f"{escape(name)} is deleted.")


def _delete(name: str) -> str:
    user_collections.delete(name)
    return bundled_collections()[0].name


def _apply(work: Callable[[], str], said: str) -> None:
    """Do something that gives the name of the collection to be open afterwards."""
    try:
        then = work()
    except (CorpusError, BadName, OSError) as problem:
        st.error(escape(str(problem)))
        return
    queue_toast(said)
    choose_next(COLLECTION, then)
    st.rerun()
