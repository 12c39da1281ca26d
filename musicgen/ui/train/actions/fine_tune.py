"""Fine-tuning a copy of a run, with a forecast of its training."""

from __future__ import annotations

import streamlit as st

from musicgen.bounds import within
from musicgen.files import USER_ERRORS, message_of
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.data.run_split import inherited_split
from musicgen.training.forecast.forecast import forecast_training
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.ui.data.choose_collection import collection_names, collection_title
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.settings_form import number_field
from musicgen.ui.shared.text import escape
from musicgen.ui.train.forecast import device_line, forecast_line, forecast_warnings, omissions_line
from musicgen.ui.train.runs import watch_next

MIN_MINUTES = 0.1  # of training; shorter ones have no batch


def fine_tune_popover(run: Run, settings: RunSettings) -> None:
    """Show the form in a popover; it is filled when it is opened, and costs nothing before."""
    popover = st.popover(
        "Fine-tune a copy", icon=":material/tune:", on_change="rerun", key=f"tuning-{run.name}"
    )
    if not popover.open:
        return
    with popover:
        st.markdown("A new run that begins with this one's weights, on whichever collection.")
        try:
            tuned = _settings(run, settings)
            _forecast(run, tuned)
        except USER_ERRORS as error:
            st.error(escape(message_of(error), 500))
            return
        if action_button("Start", key=f"tune-{run.name}", type="primary"):
            run_action(lambda: _start(tuned))


def _settings(run: Run, settings: RunSettings) -> RunSettings:
    """Show the fields and return the settings of the new run; InvalidSetting out of bounds."""
    names = collection_names()
    index = names.index(settings.source) if settings.source in names else 0
    source = st.selectbox(
        "Collection", names, index=index, key="tune-source", format_func=collection_title
    )
    name = st.text_input("Name", f"{run.name[:50]} tuned", key="tune-name", max_chars=64)
    max_minutes = TrainSettings.BOUNDS["minutes"][1]
    minutes = number_field(
        "Minutes", 10.0, (MIN_MINUTES, max_minutes), "tune-minutes", step=1.0, format="%g"
    )
    within("minutes", minutes, MIN_MINUTES, max_minutes)
    rate = number_field(
        "Learning rate", launch.fine_tuning_rate(settings), TrainSettings.BOUNDS["learning_rate"],
        "tune-rate", step=1e-5, format="%.6f",
    )  # fmt: skip
    return launch.fine_tuning_settings(run, str(source), name.strip(), minutes, rate)


def _forecast(run: Run, settings: RunSettings) -> None:
    analysis, runs = open_collection(settings.source), list_runs()
    encoding = open_checkpoint(run.checkpoint()).encoding
    pieces = analysis.encoded(settings.encoding)[1]  # the steps do not depend on the vocabulary
    splits = analysis.splits_as_recorded(inherited_split(settings), settings.train.shares)
    forecast = forecast_training(settings, encoding, pieces, splits, runs)
    forecast_line(forecast)
    device_line(forecast, runs)
    forecast_warnings(forecast, settings, analysis.overview)
    omissions_line(analysis.scores, encoding)


def _start(settings: RunSettings) -> str:
    run = launch.start(settings)
    watch_next(run)
    return f"{escape(run.name)} is started."
