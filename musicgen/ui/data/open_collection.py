"""Collections in memory: each read once, whichever page or browser asks for it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import streamlit as st

from musicgen.corpus.load import find_source, load_collection
from musicgen.corpus.source_files import files_below
from musicgen.corpus.user.import_record import RECORD_FILE
from musicgen.statistics.analysis import Analysis
from musicgen.ui.shared.tasks import Progress, Task, WaitAbandoned, wait_for

READING = "reading"  # the key of its bar
MOST_IN_MEMORY = 6  # collections
AHEAD = 2.0  # seconds after a collection was read: by then its page has been drawn


def open_collection(
    name: str, meanwhile: Callable[[bool], AbstractContextManager[object]] = nullcontext
) -> Analysis:
    """A collection by name, from memory where its files have not changed.

    meanwhile: what to be in until it is there; it is told whether there is a wait.
    UnknownSource where there is none; LeftToOthers where this page has turned away from a reading
    that another one waits for.
    """
    key = _key(name)
    try:
        reading = _reading(*key)
        with meanwhile(not reading.over):
            return wait_for(reading, "Reading the collection", READING)
    except WaitAbandoned:
        raise
    except Exception:  # another run of the page is none, and leaves the reading going
        _reading.clear(*key)
        raise


def read_again(name: str) -> None:
    """Forget what is in memory, so that the next opening reads the rest."""
    _reading.clear(*_key(name))


def _key(name: str) -> tuple[str, str]:
    return name, fingerprint(find_source(name)[1])


def fingerprint(path: Path) -> str:
    """Another text whenever a file of a source is another: by names, sizes and times."""
    files = [*files_below(path), path / RECORD_FILE] if path.is_dir() else [path]
    digest = hashlib.sha256(str(path).encode(errors="surrogateescape"))
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        digest.update(f"{file}:{status.st_size}:{status.st_mtime_ns}\n".encode(errors="replace"))
    return digest.hexdigest()


@st.cache_resource(max_entries=MOST_IN_MEMORY, show_spinner=False)
def _reading(name: str, fingerprint: str) -> Task[Analysis]:
    return Task(lambda progress: _read(name, progress))


def _read(name: str, progress: Progress) -> Analysis:
    analysis = Analysis(load_collection(name, progress))
    ahead = threading.Timer(AHEAD, analysis.precompute)
    ahead.daemon = True  # the program does not wait for it
    ahead.start()
    return analysis
