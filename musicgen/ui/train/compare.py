"""Comparison of runs: one chart, a table of results, a table of differing settings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import Status
from musicgen.ui.components.live import live
from musicgen.ui.server.live_endpoint import IDLE_POLL_SECONDS, POLL_SECONDS, state_key
from musicgen.ui.shared.text import format_duration
from musicgen.ui.train.live_query import COMPARED, LiveQuery
from musicgen.ui.train.plots import BITS, EPOCHS, MINUTES, NATS, STEPS, View
from musicgen.ui.train.runs import is_alive
from musicgen.ui.train.settings_table import settings_rows

SELECTED_AT_FIRST = 4  # runs


def compare() -> None:
    """Show the selected runs' validation curves, results and differing settings."""
    runs = {run.name: run for run in list_runs()}
    if len(runs) < 2:
        st.info("With two runs or more, they can be compared here.")
        return
    names = list(runs)
    selected = st.multiselect(
        "Runs", names, default=names[:SELECTED_AT_FIRST], key="compare", bind="query-params"
    )
    if not selected:
        st.info("Choose the runs to compare.")
        return
    view = _view_widgets()
    compared = [runs[name] for name in selected]
    alive = any(is_alive(run.status()) for run in compared)
    interval = POLL_SECONDS if alive else IDLE_POLL_SECONDS
    query = LiveQuery(tuple(selected), COMPARED, view).to_query()
    if live(query, state_key(compared, COMPARED), interval, "comparison"):
        st.rerun()
    st.dataframe(_results(compared, view), hide_index=True)
    _differences(compared)
    st.caption(f"{view.unit} a step can be compared only if the encoding is the same.")


def _view_widgets() -> View:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.segmented_control(
            "Along", (EPOCHS, STEPS, MINUTES), default=EPOCHS, required=True, key="compare-axis"
        )
        unit = st.segmented_control(
            "Unit", (BITS, NATS), default=BITS, required=True, key="compare-unit"
        )
        log = st.toggle("Log scale", key="compare-log")
    return View(str(axis), str(unit), 0.0, log)


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
                f"best validation, {view.unit.lower()}": best and best * view.factor,
                "best epoch": status.best_epoch,
                "epochs": status.epoch,
                "time": format_duration(status.seconds),
                "parameters": status.parameters,
                "predictions / s": status.steps_per_second,
                "device": status.device,
            }
        )
    return pd.DataFrame(rows)


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
