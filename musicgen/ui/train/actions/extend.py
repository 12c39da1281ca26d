"""Continuing a training beyond its end."""

from __future__ import annotations

import streamlit as st

from musicgen.training.failures import suggested_batch_size
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import Status
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.settings_form import number_field
from musicgen.ui.shared.text import escape
from musicgen.ui.train.actions.resume import batch_size_field


def extend_popover(run: Run, settings: RunSettings, status: Status) -> None:
    """Show the fields for more epochs and minutes, and the button."""

    def extend() -> str:
        launch.continue_run(run, epochs, minutes, batch_size)
        return f"{escape(run.name)} goes on."

    with st.popover("Continue", icon=":material/fast_forward:"):
        st.markdown("Train on beyond the end, with the optimizer as it was left.")
        epochs = number_field(
            "More epochs; 0: no limit", 10, (0, launch.MAX_EPOCHS), "more-epochs", step=1
        )
        minutes = number_field(
            "More minutes; 0: no limit",
            0.0,
            TrainSettings.BOUNDS["minutes"],
            "more-min",
            step=1.0,
            format="%g",
        )
        default = suggested_batch_size(settings.train.batch_size, status.failure)
        batch_size = batch_size_field(run, default, "continue")
        if action_button("Continue", key=f"continue-{run.name}", type="primary"):
            run_action(extend)
