"""The selected piece and the selected bar of a chart in the page's URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def selected_bar(code: str, clicked: str | None, code_of: Callable[[str], str] = str) -> str | None:
    """Return the label of a chart's selected bar: the clicked one, at first that of the URL.

    code_of: returns the code of a chart by the name that an old link has for it.
    """
    key = _last_shown(f"{BAR}-{code}")
    in_url, before = bar_in_url(), st.session_state.get(key)
    label_in_url = in_url[1] if in_url and code_of(in_url[0]) == code else None
    if clicked is None and before is None:
        return label_in_url
    if clicked != before:
        st.session_state[key] = clicked
        if clicked is not None:
            _set(BAR, f"{code}: {clicked}")
        elif label_in_url == before:
            _set(BAR, None)
    return clicked


def bar_in_url() -> tuple[str, str] | None:
    """Return the chart's name and the bar's label in the URL."""
    name, separator, label = st.query_params.get(BAR, "").partition(": ")
    return (name, label) if separator else None


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
