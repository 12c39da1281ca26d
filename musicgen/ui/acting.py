"""Doing what a button asks for, and saying what is in the way."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.models.checkpoint import BadCheckpoint
from musicgen.settings import BadName
from musicgen.training.archive import BadArchive
from musicgen.training.launch import NotNow
from musicgen.training.run import UnknownRun
from musicgen.ui.frame import say_later
from musicgen.ui.words import plain

PROBLEMS = (NotNow, BadName, BadArchive, BadCheckpoint, UnknownRun, ValueError, OSError)


def act(work: Callable[[], str]) -> None:
    """Do it, then draw the page anew with what it says; or say what is in the way."""
    try:
        said = work()
    except PROBLEMS as problem:
        st.error(plain(str(problem), 500))
        return
    say_later(said)
    st.rerun()
