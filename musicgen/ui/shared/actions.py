"""Running the action of a button and showing its result or its error."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.files import USER_ERRORS, message_of
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.text import escape


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
