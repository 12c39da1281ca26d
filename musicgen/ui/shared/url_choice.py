"""A choice that the page's address always names, so that every view can be linked to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.ui.shared.text import escape


def url_choice(label: str, names: Sequence[str], key: str) -> str:
    """Choose one of the names; a link's where the address asks for one that is there.

    key: of the widget and of the query parameter. Streamlit's own binding leaves out of the
    address what the page chooses by itself, such as a run that has just been started.
    """
    linked, shown = st.query_params.get(key), st.session_state.get(_shown(key))
    # After a look at another page the widget has forgotten, and the address may say nothing.
    chosen = st.session_state.get(key, shown)
    wanted = st.session_state.pop(_wish(key), None)
    if wanted in names:
        chosen = wanted
    elif linked is not None and (linked != shown or key not in st.session_state):
        if linked in names:
            chosen = linked
        else:
            st.warning(f"There is no {label.lower()} “{escape(linked, 80)}” here.")
    elif chosen is not None and chosen not in names:
        gone = "is not here any more: it was renamed or deleted elsewhere."
        st.warning(f"“{escape(chosen, 80)}” {gone}")
    # Set in any case: after a switch of pages the key is there, and the widget is a new one.
    st.session_state[key] = chosen if chosen in names else names[0]
    name = str(st.selectbox(label, names, key=key))
    st.query_params[key] = st.session_state[_shown(key)] = name
    return name


def choose_next(key: str, name: str) -> None:
    """Have something chosen when the page runs again."""
    st.session_state[_wish(key)] = name


def _shown(key: str) -> str:
    return f"_{key}_shown"


def _wish(key: str) -> str:
    return f"_{key}_next"
