"""Renaming a run."""

from __future__ import annotations

import streamlit as st

from musicgen.training.run_folder import manage
from musicgen.training.run_folder.run import Run
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.text import escape
from musicgen.ui.train.runs import watch_next


def rename_popover(run: Run) -> None:
    """Show the field for the new name and the button."""

    def rename() -> str:
        renamed = manage.rename(run, name.strip())
        watch_next(renamed)
        return f"It is called {escape(renamed.name)} now."

    with st.popover("Rename", icon=":material/edit:"):
        name = st.text_input("Name", run.name, key=f"new-name-{run.name}", max_chars=64)
        # The key names the run, so that a click that arrives late reaches no other run.
        if action_button("Rename", key=f"rename-{run.name}"):
            run_action(rename)
