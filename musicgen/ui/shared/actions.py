"""Doing what a button asks for, and saying what is in the way."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.errors import MusicgenError
from musicgen.ui.shared.frame import queue_toast
from musicgen.ui.shared.text import escape

USER_ERRORS = (MusicgenError, ValueError, OSError)


def run_action(work: Callable[[], str]) -> None:
    """Do it, then draw the page anew with what it says; or say what is in the way."""
    try:
        said = work()
    except USER_ERRORS as problem:
        st.error(escape(str(problem), 500))
        return
    queue_toast(said)
    st.rerun()
