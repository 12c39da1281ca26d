"""The selected piece and the selected bar of a chart in the page's URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.ui.shared.text import escape

PIECE, BAR = "piece", "bar"  # query parameters


def piece_in_url(collection: str, files: Sequence[str]) -> str | None:
    """Return the file that the URL names; warn when the collection has no such file."""
    file = st.query_params.get(PIECE)
    if file is None or file in files:
        return file
    # A file that this session put there belongs to the collection that was open before.
    if st.session_state.get(_last_shown(PIECE)) in (None, (collection, file)):
        st.warning(f"There is no piece “{escape(file, 80)}” in this collection.")
    return None


def put_piece_in_url(collection: str, file: str | None) -> None:
    """Set the file that the URL names; None removes it."""
    st.session_state[_last_shown(PIECE)] = (collection, file) if file else None
    _set(PIECE, file)


def selected_bar(title: str, clicked: str | None) -> str | None:
    """Return the label of a chart's selected bar: the clicked one, at first that of the URL."""
    key, bar = _last_shown(f"{BAR}-{title}"), f"{title}: {clicked}"
    in_url, before = st.query_params.get(BAR, ""), st.session_state.get(key)
    if clicked is None and before is None:
        return in_url.removeprefix(f"{title}: ") if in_url.startswith(f"{title}: ") else None
    if clicked != before:
        st.session_state[key] = clicked
        if clicked is not None:
            _set(BAR, bar)
        elif in_url == f"{title}: {before}":
            _set(BAR, None)
    return clicked


def bar_in_url() -> tuple[str, str] | None:
    """Return the chart's title and the bar's label that the URL names."""
    title, separator, label = st.query_params.get(BAR, "").partition(": ")
    return (title, label) if separator else None


def remove_from_url(parameter: str) -> None:
    """Remove a query parameter."""
    _set(parameter, None)


def _set(parameter: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != value:
        st.query_params[parameter] = value


def _last_shown(name: str) -> str:
    return f"_{name}_shown"
