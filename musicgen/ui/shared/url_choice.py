"""Select box and segmented control whose value is in the page's URL: views can be linked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import streamlit as st

from musicgen.ui.shared.text import escape


def url_choice(
    label: str, names: Sequence[str], key: str, format_func: Callable[[str], str] = str
) -> str:
    """Show a select box and return the selected name; the URL's name comes first.

    format_func: a name as it is shown.
    key: key of the widget and name of the query parameter. Streamlit's own binding leaves values
    out of the URL that the program has chosen, such as a run that has just been started.
    """
    in_url, last_shown = st.query_params.get(key), st.session_state.get(_last_shown(key))
    # After a look at another page the widget has lost its state, and the URL may be bare.
    selected = st.session_state.get(key, last_shown)
    next_name = st.session_state.pop(_next(key), None)
    if next_name in names:
        selected = next_name
    elif in_url is not None and (in_url != last_shown or key not in st.session_state):
        if in_url in names:
            selected = in_url
        else:
            st.warning(f"There is no {label.lower()} “{escape(in_url, 80)}” here.")
    elif selected is not None and selected not in names:
        gone = "is not here any more: it was renamed or deleted elsewhere."
        st.warning(f"“{escape(selected, 80)}” {gone}")
    # Set in any case: after a switch of pages the key has a value while the widget is new.
    st.session_state[key] = selected if selected in names else names[0]
    name = str(st.selectbox(label, names, key=key, format_func=format_func))
    st.query_params[key] = st.session_state[_last_shown(key)] = name
    return name


def url_segments(
    label: str,
    options: Sequence[str],
    key: str,
    visibility: Literal["visible", "collapsed"] = "visible",
    default: str = "",
) -> str:
    """Show a segmented control and return the selected option; the URL's comes first.

    key: key of the widget and name of the query parameter, which the default is left out of.
    Streamlit's own binding ends without a word when the widget moves on the page, as it does below
    a message that comes or goes: later clicks then leave the URL as it is.
    default: the option without a parameter; else the first one.
    """
    default = default or options[0]
    in_url, last_in_url = st.query_params.get(key), st.session_state.get(_last_shown(key))
    was_clicked = st.session_state.pop(_clicked(key), False)
    # Without a click, an address that is another one was linked to, or came with Back.
    if key not in st.session_state or (in_url != last_in_url and not was_clicked):
        st.session_state[key] = in_url if in_url in options else default
    selected = str(st.segmented_control(
        label, options, required=True, key=key, label_visibility=visibility,
        on_change=_note_click, args=(key,),
    ))  # fmt: skip
    in_new_url = None if selected == default else selected
    st.session_state[_last_shown(key)] = in_new_url
    if in_new_url is None:
        st.query_params.pop(key, None)
    elif in_new_url != in_url:
        st.query_params[key] = in_new_url
    return selected


def keep_parameters_of(view: str, parameters: Mapping[str, Sequence[str]]) -> None:
    """Remove query parameters that only other views of the page have.

    parameters: those of each view, by the view's name.
    """
    others = {name for names in parameters.values() for name in names}
    for name in others.difference(parameters.get(view, ())):
        st.query_params.pop(name, None)


def choose_next(key: str, name: str) -> None:
    """Select a name on the next run of the page."""
    st.session_state[_next(key)] = name


def _last_shown(key: str) -> str:
    return f"_{key}_shown"


def _note_click(key: str) -> None:
    st.session_state[_clicked(key)] = True


def _clicked(key: str) -> str:
    return f"_{key}_clicked"


def _next(key: str) -> str:
    return f"_{key}_next"
