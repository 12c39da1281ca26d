"""Comparison of runs: one chart, a table of results, a table of differing settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from musicgen.training.data.comparable import comparable_groups
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import Status
from musicgen.ui.components.live import live
from musicgen.ui.server.live_endpoint import IDLE_POLL_SECONDS, POLL_SECONDS, state_key
from musicgen.ui.shared.text import escape, format_duration, step_word
from musicgen.ui.train.live_query import COMPARED, LiveQuery
from musicgen.ui.train.plots import BATCHES, BITS, EPOCHS, MINUTES, NATS, View
from musicgen.ui.train.runs import is_alive
from musicgen.ui.train.settings_table import settings_rows

SELECTED_AT_FIRST = 4  # runs
COMPARED_KEY = "compare"  # key of the widget and query parameter
_COLUMNS = {
    "best validation": st.column_config.NumberColumn(format="%.2f"),
    "parameters": st.column_config.NumberColumn(format="localized"),
    "predictions / s": st.column_config.NumberColumn(format="%.0f"),
}


def compare() -> None:
    """Show the selected runs' validation curves, results and differing settings."""
    runs = {run.name: run for run in list_runs()}
    if len(runs) < 2:
        st.info("With two runs or more, they can be compared here.")
        return
    names = list(runs)
    selected = st.multiselect(
        "Runs", names, default=names[:SELECTED_AT_FIRST], key=COMPARED_KEY, bind="query-params"
    )
    if not selected:
        st.info("Choose the runs to compare.")
        return
    view = _view_widgets()
    compared = [runs[name] for name in selected]
    groups = comparable_groups(compared)
    if len(groups) > 1:
        st.caption(
            "A chart for each set of held-out pieces: losses on other pieces, or in another "
            "encoding, are no better or worse."
        )
    for index, group in enumerate(groups):
        _curves_of(group, view, f"comparison-{index}", titled=len(groups) > 1)
    st.dataframe(_results(compared, view), hide_index=True, column_config=_COLUMNS)
    _differences(compared)


def _curves_of(group: Sequence[Run], view: View, key: str, titled: bool) -> None:
    """Show the curves of runs that can be compared."""
    if titled:
        st.markdown(f"**{escape(_validation_label(group[0]))}**")
    alive = any(is_alive(run.status()) for run in group)
    interval = POLL_SECONDS if alive else IDLE_POLL_SECONDS
    query = LiveQuery(tuple(run.name for run in group), COMPARED, view).to_query()
    if live(query, state_key(group, COMPARED), interval, key):
        st.rerun()


def _validation_label(run: Run) -> str:
    """What a run is validated on: `Held-out pieces of bach-chorales, as parts`."""
    try:
        settings = run.settings
    except UnknownRun:
        return run.name
    return f"Held-out pieces of {Path(settings.source).name}, as {settings.encoding}"


def _view_widgets() -> View:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.segmented_control(
            "Along", (EPOCHS, BATCHES, MINUTES), default=EPOCHS, required=True, key="compare-axis"
        )
        unit = st.segmented_control(
            "Unit", (BITS, NATS), default=BITS, required=True, key="compare-unit"
        )
        log = st.toggle("Log scale", key="compare-log")
        robust = not st.toggle("Whole range", key="compare-whole-range")
    return View(str(axis), str(unit), 0.0, log, robust=robust)


def _results(runs: Sequence[Run], view: View) -> pd.DataFrame:
    """Return a row per run."""
    rows = []
    for run in runs:
        status = run.status()
        best = status.best_valid_loss
        rows.append(
            {
                "run": run.name,
                "state": _state(run, status),
                "best validation": best and best * view.factor,
                "unit": _unit(run, view),
                "best epoch": status.best_epoch,
                "epochs trained": status.epoch,
                "time": format_duration(status.seconds),
                "parameters": status.parameters,
                "predictions / s": status.steps_per_second,
                "device": status.device,
            }
        )
    return pd.DataFrame(rows)


def _unit(run: Run, view: View) -> str:
    try:
        return f"{view.unit.lower()} a {step_word(run.settings.encoding)}"
    except UnknownRun:
        return ""


def _state(run: Run, status: Status) -> str:
    try:
        _ = run.settings
    except UnknownRun:
        return "cannot be read"
    return "bundled" if run.bundled else status.state


def _differences(runs: Sequence[Run]) -> None:
    """Show a row per setting that differs, a column per run that can be read."""
    settings_of = {}
    for run in runs:
        try:
            settings_of[run.name] = settings_rows(run.settings)
        except UnknownRun:
            continue
    names = dict.fromkeys(name for settings in settings_of.values() for name in settings)
    rows = {
        name: [settings.get(name, "") for settings in settings_of.values()]
        for name in names
        if name != "name" and len({settings.get(name) for settings in settings_of.values()}) > 1
    }
    if not rows:
        st.caption("Their settings are the same.")
        return
    st.markdown("**Settings that differ**")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(settings_of))
    st.dataframe(table.rename_axis("setting"))
