"""Link to a page that looks like a button; `page_style.py` has its colours."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

LINK_BUTTON = "link-button"  # what the keys of the containers begin with
PRIMARY = f"{LINK_BUTTON}-primary"


def link_button(
    page: str,
    label: str,
    icon: str,
    key: str,
    query: Mapping[str, str] | None = None,
    *,
    primary: bool = False,
) -> None:
    """Show the link; a page has at most one that is primary."""
    with st.container(key=f"{PRIMARY if primary else LINK_BUTTON}-{key}", width="content"):
        st.page_link(page, label=label, icon=icon, query_params=dict(query or {}))
