"""Offer to fine-tune a model that ships, where there is little music to learn from."""

from __future__ import annotations

import streamlit as st

from musicgen.paths import PRETRAINED, runs_folder
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.worker import launch
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.text import escape
from musicgen.ui.train.runs import watch_next

MINUTES = 5.0


def fine_tune_offer(source: str, minutes: float = MINUTES) -> None:
    """Show which models can be fine-tuned on a collection, and a button that starts it."""
    bundled = {run.name: run for run in list_runs() if run.bundled}
    if not bundled:
        return

    def start() -> str:
        base, name = bundled[str(chosen)], _free_name(source)
        run = launch.start(launch.fine_tuning_settings(base, source, name, minutes))
        watch_next(run)
        return f"{escape(run.name)} is started."

    with st.container(border=True):
        st.markdown(
            "**Little music? Begin with a model that ships.** It knows harmony and rhythm already "
            f"and learns the manner of your pieces in {minutes:g} minutes."
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Begin with", list(bundled), key=f"offer-{source}", width=220)
            icon = ":material/tune:"
            label, key = "Fine-tune it on this collection", f"offer-go-{source}"
            if action_button(label, icon=icon, key=key):
                run_action(start)


def _free_name(source: str) -> str:
    """Return a name that no run has: `my music tuned 2`."""
    stem = f"{source[:45]} tuned"
    number, name = 2, stem
    while (runs_folder() / name).exists() or (PRETRAINED / name).exists():
        name, number = f"{stem} {number}", number + 1
    return name
