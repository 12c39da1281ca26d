"""The bin of a page: what was deleted there, to be restored."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.bin import KEEP_DAYS, BinItem, empty_bin, list_bin, restore
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.text import escape, format_count

MAX_LISTED = 20
IN_BIN = f"It can be restored from the bin for {KEEP_DAYS} days."
THEY_IN_BIN = f"They can be restored from the bin for {KEEP_DAYS} days."


def bin_view(
    kind: str,
    after_restoring: Callable[[str], None] = lambda name: None,
    title_of: Callable[[BinItem], str] = lambda item: item.name,
) -> None:
    """Show a popover with the deleted items of a kind; nothing where there is none.

    after_restoring: gets the name of a restored item, before the page runs again.
    """
    items = list_bin(kind)
    if not items:
        return
    with st.popover(f"Bin ({len(items):,})", icon=":material/restore_from_trash:"):
        st.caption(f"What is deleted stays here for {KEEP_DAYS} days, then it is deleted for good.")
        for item in items[:MAX_LISTED]:
            _row(item, after_restoring, title_of(item))
        if len(items) > MAX_LISTED:
            st.caption(f"and {len(items) - MAX_LISTED:,} older ones")
        st.divider()
        sure = st.checkbox("Yes, delete all of it for good", key=f"sure-empty-{kind}")
        if action_button("Empty the bin", key=f"empty-{kind}", disabled=not sure):
            run_action(lambda: _empty(kind))


def _row(item: BinItem, after_restoring: Callable[[str], None], title: str) -> None:
    def put_back() -> str:
        restore(item)
        after_restoring(item.name)
        return f"{escape(title)} is restored."

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{escape(title, 60)}  \n:small[until {item.kept_until.day} {item.kept_until:%B}]"
        )
        if action_button("Restore", key=f"restore-{item.kind}-{item.folder.parent.name}"):
            run_action(put_back)


def _empty(kind: str) -> str:
    count = format_count(len(list_bin(kind)), "item")
    empty_bin(kind, everything=True)
    return f"{count} deleted for good."
