"""Choosing a collection, and renaming or deleting one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from musicgen.bin import COLLECTIONS
from musicgen.corpus.bundled.library import BundledCollection, bundled_collections
from musicgen.corpus.prepared_folders import prepared_folders
from musicgen.corpus.user import user_collections
from musicgen.ui.shared.actions import run_action
from musicgen.ui.shared.bin_view import IN_BIN, bin_view
from musicgen.ui.shared.text import escape
from musicgen.ui.shared.url_choice import choose_next, url_choice

COLLECTION = "collection"  # key of the select box and query parameter


def choose_collection() -> str:
    """Show the select box and return the selected collection's name."""
    return url_choice("Collection", collection_names(), COLLECTION, collection_title)


def collection_names() -> list[str]:
    """Return the names of the bundled collections, of the user's own, of prepared data sets."""
    bundled = [collection.name for collection in bundled_collections()]
    names = [*bundled, *user_collections.own_collection_names(), *prepared_folders()]
    return list(dict.fromkeys(names))


def collection_title(name: str) -> str:
    """A collection's name as it is shown: the title of a bundled one, of a path its last part."""
    bundled = bundled_collection(name)
    return bundled.title if bundled else Path(name).name or name


def bundled_collection(name: str) -> BundledCollection | None:
    """Return a bundled collection; None for the user's own."""
    return next((bundled for bundled in bundled_collections() if bundled.name == name), None)


def manage_collection(name: str) -> None:
    """Show renaming and deleting, for a collection of one's own."""
    if bundled_collection(name) or user_collections.collection_path(name) is None:
        return
    # The buttons' keys name the collection, so that a late click reaches no other one.
    with st.popover("Manage", icon=":material/edit:", width="stretch"):
        new = st.text_input("Name", value=name, key=f"new-name-{name}", max_chars=64)
        if st.button("Rename", key=f"rename-{name}", disabled=new == name):
            message = f"It is called {escape(new)} now."
            _apply(lambda: user_collections.rename(name, new), message)
        st.divider()
        st.markdown(f"Models that were trained on it stay. {IN_BIN}")
        sure = st.checkbox(f"Yes, delete {escape(name)}", key=f"sure-{name}")
        if st.button("Delete", key=f"delete-{name}", type="primary", disabled=not sure):
            _apply(lambda: _delete(name), f"{escape(name)} is deleted.")


def deleted_collections() -> None:
    """Show the deleted collections, to be restored."""
    bin_view(COLLECTIONS, after_restoring=lambda name: choose_next(COLLECTION, name))


def _delete(name: str) -> str:
    user_collections.delete(name)
    return bundled_collections()[0].name


def _apply(action: Callable[[], str], message: str) -> None:
    """Run an action, which returns the collection to open afterwards, and show a message."""

    def run() -> str:
        choose_next(COLLECTION, action())
        return message

    run_action(run)
