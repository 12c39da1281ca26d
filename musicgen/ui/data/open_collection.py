"""Collections in memory, read once for all pages and browsers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from musicgen.corpus.change_token import change_token
from musicgen.corpus.load import find_source, load_collection
from musicgen.corpus.time_choice import saved_time
from musicgen.statistics.analysis import Analysis
from musicgen.ui.shared.tasks import Progress, Task, WaitAbandoned, wait_for

READING = "reading"  # key of the progress bar
MAX_COLLECTIONS = 6  # in memory
PRECOMPUTE_DELAY_SECONDS = 2.0  # after a collection was read: its page has been drawn by then


def open_collection(
    name: str, while_waiting: Callable[[bool], AbstractContextManager[object]] = nullcontext
) -> Analysis:
    """Open a collection by name, from memory if its files have not changed.

    while_waiting: context that is entered until the collection is read; its argument says whether
    the page has to wait. Raises UnknownSource, and WaitAbandoned if this page has turned away from
    a reading that another page waits for.
    """
    key = _key(name)
    try:
        reading = _reading(*key)
        with while_waiting(not reading.over):
            return wait_for(reading, "Reading the collection", READING)
    except WaitAbandoned:
        raise
    except Exception:  # a rerun of the page is no Exception: reading goes on then
        _reading.clear(*key)
        raise


def read_again(name: str) -> None:
    """Drop a collection from memory, so that the next opening reads the files that are missing."""
    _reading.clear(*_key(name))


def _key(name: str) -> tuple[str, str]:
    path = find_source(name)[1]
    return name, f"{change_token(path)} {saved_time(path)}"


@st.cache_resource(max_entries=MAX_COLLECTIONS, show_spinner=False)
def _reading(name: str, token: str) -> Task[Analysis]:
    return Task(lambda progress: _read(name, progress))


def _read(name: str, progress: Progress) -> Analysis:
    analysis = Analysis(load_collection(name, progress))
    timer = threading.Timer(PRECOMPUTE_DELAY_SECONDS, analysis.precompute)
    timer.daemon = True  # must not delay the program's exit
    timer.start()
    return analysis
