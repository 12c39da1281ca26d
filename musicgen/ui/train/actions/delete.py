"""Deleting a run, once that is confirmed, and restoring it from the bin."""

from __future__ import annotations

import streamlit as st

from musicgen.bin import RUNS
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.bin_view import IN_BIN, bin_view
from musicgen.ui.shared.text import escape
from musicgen.ui.train.runs import watch_next


def delete_popover(run: Run) -> None:
    """Show the question and the button."""

    def delete() -> str:
        manage.delete(run)
        for other in list_runs()[:1]:
            watch_next(other)
        return f"{escape(run.name)} is deleted."

    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete **{escape(run.name)}** with its checkpoints and curves? {IN_BIN}")
        # The key names the run, so that a click that arrives late reaches no other run.
        if action_button("Yes, delete it", key=f"delete-{run.name}", type="primary"):
            run_action(delete)


def deleted_runs() -> None:
    """Show the deleted runs, to be restored."""
    bin_view(RUNS, after_restoring=lambda name: watch_next(find_run(name)))
