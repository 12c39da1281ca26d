"""The home page: three things to do, and the pieces, collections and models that are here."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.user.user_collections import own_collections
from musicgen.paths import home, is_shared
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.ui.first_visit import step_cards
from musicgen.ui.home_pieces import latest_pieces
from musicgen.ui.shared.text import escape, format_count, step_word

MAX_LISTED = 8  # collections, and runs


def home_view() -> None:
    step_cards()
    latest_pieces()
    left, right = st.columns(2, gap="large")
    with left:
        _collections()
    with right:
        _runs()
    if not is_shared():
        st.caption(f"Everything that you make is kept in `{home()}`; nothing leaves this computer.")


def _collections() -> None:
    st.header("Collections", anchor=False)
    rows = [
        (bundled.name, bundled.title, bundled.pieces, "piece") for bundled in bundled_collections()
    ]
    rows += [(own.name, own.name, own.files, "file") for own in own_collections()]
    for name, title, number, unit in rows[:MAX_LISTED]:
        _row("pages/1_Data.py", title, {"collection": name}, format_count(number, unit))
    if len(rows) > MAX_LISTED:
        st.caption(f"and {len(rows) - MAX_LISTED:,} more on the Data page")


def _runs() -> None:
    st.header("Models", anchor=False)
    runs = list_runs()
    if not runs:
        st.markdown("No model yet: train one on the Train page; a quick one takes five minutes.")
    for run in runs[:MAX_LISTED]:
        query = {"show": "Watch", "run": run.name}
        _row("pages/2_Train.py", run.name, query, run_summary(run))
    if len(runs) > MAX_LISTED:
        st.caption(f"and {len(runs) - MAX_LISTED:,} more on the Train page")


def _row(page: str, name: str, query: Mapping[str, str], caption: str) -> None:
    """A row of a list: a link at the left, what there is to say of it at the right."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.page_link(page, label=escape(name), query_params=dict(query), width="content")
        st.caption(caption, width="content")


def run_summary(run: Run) -> str:
    """Return the state of a run in a few words."""
    try:
        _ = run.settings  # a run whose settings do not fit is of no use
        status = run.status()
    except UnknownRun:
        return "cannot be read"
    parts = ["came with the program"] if run.bundled else [status.state]
    if status.epoch and not run.bundled:
        parts.append(format_count(status.epoch, "epoch"))
    if status.best_valid_loss is not None:
        parts.append(f"{status.best_valid_loss:.2f} bits a {step_word(run.settings.encoding)}")
    return " · ".join(parts)
