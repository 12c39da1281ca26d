"""Stopping a training, or cancelling one that waits in the queue."""

from __future__ import annotations

from collections.abc import Callable

from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import QUEUED, STOPPING, Status
from musicgen.training.worker import launch
from musicgen.ui.shared.actions import action_button
from musicgen.ui.shared.text import escape


def stop_button(run: Run, status: Status) -> Callable[[], str] | None:
    """Show the button; return the action when it is pressed."""
    queued = status.state == QUEUED

    def stop() -> str:
        launch.stop(run)
        return f"{escape(run.name)} {'is cancelled' if queued else 'will save and stop'}."

    pressed = action_button(
        "Cancel" if queued else "Stop and save", icon=":material/stop:",
        key=f"stop-{run.name}", disabled=status.state == STOPPING,
    )  # fmt: skip
    return stop if pressed else None
