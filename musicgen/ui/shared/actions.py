"""Buttons of actions, and running an action and showing its result or its error."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from musicgen.files import USER_ERRORS, message_of
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.text import escape

CLICK_SECONDS = 30.0  # a click that no script has come to by then is forgotten


def action_button(label: str, *, key: str, **options: Any) -> bool:
    """Streamlit's button; returns True once for a click, also in a later run of the page.

    The run that begins with a click can be ended before it comes to the button, by a rerun that
    the live status of a training asks for; what Streamlit's button returns is lost then.
    """
    st.button(label, key=key, on_click=keep_click, args=(key,), **options)
    return take_click(key)


def keep_click(key: str) -> None:
    """Callback of a button: keep its click until the script comes to it."""
    st.session_state[_click(key)] = time.monotonic()


def take_click(key: str) -> bool:
    """Return whether a click on a button is to be acted on, and forget it."""
    clicked: float | None = st.session_state.pop(_click(key), None)
    return clicked is not None and time.monotonic() - clicked < CLICK_SECONDS


def run_action(action: Callable[[], str]) -> None:
    """Run an action, then rerun the page with the message that it returns as a toast.

    An error of USER_ERRORS is shown in place of that.
    """
    try:
        message = action()
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 500))
        return
    queue_toast(message)
    st.rerun()


def _click(key: str) -> str:
    return f"_click-{key}"
