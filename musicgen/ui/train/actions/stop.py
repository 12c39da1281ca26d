"""Stopping a training, or cancelling one that waits in the queue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from musicgen.errors import MusicgenError
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import QUEUED, STOPPING, Status
from musicgen.training.worker import launch
from musicgen.ui.shared.text import escape

_STOPPED = "_stopped-run"  # name of the run that a click has stopped


def stop_button(run: Run, status: Status) -> Callable[[], str] | None:
    """Show the button; return the action when it is pressed."""
    queued = status.state == QUEUED

    def stop() -> str:
        if st.session_state.pop(_STOPPED, None) != run.name:
            launch.stop(run)
        return f"{escape(run.name)} {'is cancelled' if queued else 'will save and stop'}."

    pressed = st.button(
        "Cancel" if queued else "Stop and save", icon=":material/stop:", type="primary",
        key=f"stop-{run.name}", disabled=status.state == STOPPING,
        on_click=_stop_at_once, args=(run,),
    )  # fmt: skip
    return stop if pressed else None


def _stop_at_once(run: Run) -> None:
    """Stop before the script runs: a rerun that the live status asks for could end it too early."""
    with suppress(MusicgenError):  # the action says why
        launch.stop(run)
        st.session_state[_STOPPED] = run.name
