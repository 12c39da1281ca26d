"""Doing what a button asks for, and saying what is in the way."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.errors import MusicgenError
from musicgen.ui.shared.frame import say_later
from musicgen.ui.shared.text import plain

PROBLEMS = (MusicgenError, ValueError, OSError)


def act(work: Callable[[], str]) -> None:
    """Do it, then draw the page anew with what it says; or say what is in the way."""
    try:
        said = work()
    except PROBLEMS as problem:
        st.error(plain(str(problem), 500))
        return
    say_later(said)
    st.rerun()
