"""Fine-tuning a copy of a run, with what is to be expected of it."""

from __future__ import annotations

import streamlit as st

from musicgen.bounds import within
from musicgen.corpus.errors import CorpusError
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.forecast.forecast import forecast_training
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.actions import USER_ERRORS, run_action
from musicgen.ui.shared.settings_form import number_field
from musicgen.ui.shared.text import escape
from musicgen.ui.train.forecast import device_line, outlook_line, outlook_warnings
from musicgen.ui.train.runs import watch_next


def fine_tune(run: Run, settings: RunSettings) -> None:
    """A popover that is filled when it is opened, so that it costs a closed page nothing."""
    popover = st.popover(
        "Fine-tune a copy", icon=":material/tune:", on_change="rerun", key=f"tuning-{run.name}"
    )
    if not popover.open:
        return
    with popover:
        st.markdown("A new run that begins with this one's weights, on whichever collection.")
        try:
            wanted = _wanted(run, settings)
            _outlook(run, wanted)
        except (CorpusError, *USER_ERRORS) as problem:
            st.error(escape(str(problem), 500))
            return
        if st.button("Start", key="tune", type="primary"):
            run_action(lambda: _start(wanted))


def _wanted(run: Run, settings: RunSettings) -> RunSettings:
    """As a person asks for it; ValueError where that does not fit."""
    names = collection_names()
    here = names.index(settings.source) if settings.source in names else 0
    source = st.selectbox("Collection", names, index=here, key="tune-source")
    name = st.text_input("Name", f"{run.name[:50]} tuned", key="tune-name", max_chars=64)
    most = TrainSettings.BOUNDS["minutes"][1]
    minutes = number_field("Minutes", 10, (1, most), "tune-minutes", step=1)
    within("minutes", minutes, 1, most)
    rate = number_field(
        "Learning rate", launch.fine_tuning_rate(settings), TrainSettings.BOUNDS["learning_rate"],
        "tune-rate", step=1e-5, format="%.6f",
    )  # fmt: skip
    return launch.fine_tuning_settings(run, str(source), name.strip(), float(minutes), rate)


def _outlook(run: Run, wanted: RunSettings) -> None:
    analysis, runs = open_collection(wanted.source), list_runs()
    encoding = open_checkpoint(run.checkpoint()).encoding
    pieces = analysis.encoded(wanted.encoding)[1]  # as many steps, whatever the vocabulary
    sides = analysis.splits_for(wanted.train.shares)
    found = forecast_training(wanted, encoding, pieces, sides, runs)
    outlook_line(found)
    device_line(found, runs)
    outlook_warnings(found, wanted, analysis.overview)


def _start(wanted: RunSettings) -> str:
    new = launch.start(wanted)
    watch_next(new)
    return f"{escape(new.name)} is started."
