"""The home page: three steps, and the collections, runs and pieces that are here."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import list_pieces
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.user.user_collections import own_collections
from musicgen.paths import home, is_shared
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.ui.first_visit import invitation
from musicgen.ui.shared.text import escape, format_count, step_word

STEPS = (
    ("pages/1_Data.py", "Data", ":material/library_music:",
     "Choose a collection or add your own, and see what is in it."),
    ("pages/2_Train.py", "Train", ":material/model_training:",
     "Train a model on it and watch it learn; it goes on when you close the page."),
    ("pages/3_Compose.py", "Compose", ":material/music_note:",
     "Let a trained model write new pieces; hear them, see them, keep them."),
)  # fmt: skip
MAX_LISTED = 8  # collections, and runs
MAX_PIECES = 4


def home_view() -> None:
    for column, (page, title, icon, text) in zip(st.columns(3), STEPS, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{title}**", icon=icon)
            st.markdown(text)
    invitation()
    left, right = st.columns(2, gap="large")
    with left:
        _collections()
    with right:
        _runs()
        _pieces()
    if not is_shared():
        st.caption(f"Everything that you make is kept in `{home()}`; nothing leaves this computer.")


def _collections() -> None:
    st.header("Collections", anchor=False)
    rows = [
        (bundled.name, bundled.title, bundled.pieces, "piece") for bundled in bundled_collections()
    ]
    rows += [(own.name, own.name, own.files, "file") for own in own_collections()]
    for name, title, number, unit in rows[:MAX_LISTED]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link("pages/1_Data.py", label=escape(title), query_params={"collection": name})
            st.caption(format_count(number, unit))
    if len(rows) > MAX_LISTED:
        st.caption(f"and {len(rows) - MAX_LISTED:,} more on the Data page")


def _runs() -> None:
    st.header("Models and trainings", anchor=False)
    runs = list_runs()
    if not runs:
        st.markdown("No model yet: train one on the Train page; a quick one takes five minutes.")
    for run in runs[:MAX_LISTED]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                "pages/2_Train.py",
                label=escape(run.name),
                query_params={"show": "Watch", "run": run.name},
            )
            st.caption(run_summary(run))
    if len(runs) > MAX_LISTED:
        st.caption(f"and {len(runs) - MAX_LISTED:,} more on the Train page")


def run_summary(run: Run) -> str:
    """Return the state of a run in a few words."""
    try:
        _ = run.settings  # a run whose settings do not fit is of no use
        status = run.status()
    except UnknownRun:
        return "cannot be read"
    parts = ["came with the program"] if run.bundled else [status.state]
    if status.epoch:
        parts.append(f"{format_count(status.epoch, 'epoch')} trained")
    if status.best_valid_loss is not None:
        step = step_word(run.settings.encoding)
        best = f"best validation {status.best_valid_loss:.2f} bits a {step}"
        parts.append(f"{best}, after epoch {status.best_epoch}")
    return " · ".join(parts)


def _pieces() -> None:
    st.header("Pieces composed", anchor=False)
    pieces = list_pieces()
    number = len(pieces)
    if number:
        for piece in pieces[:MAX_PIECES]:
            query = {"piece": piece.id}
            st.page_link("pages/3_Compose.py", label=escape(piece.name), query_params=query)
        if number > MAX_PIECES:
            st.caption(f"{format_count(number, 'piece')} in all, on the Compose page")
    else:
        st.markdown("None yet: they will be kept on the Compose page.")
