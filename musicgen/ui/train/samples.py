"""Samples of a run: the pieces composed after its epochs, side by side."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from musicgen.files import message_of, read_file
from musicgen.score import Score
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import nearest_to_best, sample_files, select_epochs
from musicgen.ui.components.player import roll_player
from musicgen.ui.shared.text import escape

MAX_SHOWN = 4  # samples at once
MAX_IN_MEMORY = 32  # samples


def samples_view(run: Run, best_epoch: int) -> None:
    """Show the selection of epochs and a player per sample."""
    paths = sample_files(run)
    if not paths:
        st.info("The first piece is composed when the first epoch is over.")
        return
    st.caption("Always the same seed: the samples differ by what the model has learned.")
    selected = _select_epochs(run, list(paths), best_epoch)
    for epoch in sorted(selected)[:MAX_SHOWN]:
        st.markdown(f"**After epoch {epoch}**")
        try:
            score = _read(str(paths[epoch]), paths[epoch].stat().st_mtime_ns)
        except (OSError, UnreadableScore) as error:
            st.info(escape(message_of(error), 300))
            continue
        roll_player(score, f"sample-{run.name}-{epoch}")
    if len(selected) > MAX_SHOWN:
        st.caption(f"The first {MAX_SHOWN} of those chosen are shown.")


def _select_epochs(run: Run, epochs: list[int], best_epoch: int) -> list[int]:
    """Show epochs as pills: the first, the best and the latest, or all; return those selected."""
    key, nearest = f"samples-{run.name}", nearest_to_best(epochs, best_epoch)
    few = select_epochs(epochs, best_epoch)
    default = [nearest if nearest is not None else epochs[0]]
    before = [epoch for epoch in st.session_state.get(key, default) if epoch in epochs]

    def label(epoch: int) -> str:
        if epoch != nearest:
            return str(epoch)
        return f"{epoch}, the best" if epoch == best_epoch else f"{epoch}, before the best"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container(width="content")
        show_all = len(few) < len(epochs) and st.toggle(f"All {len(epochs)}", key=f"all-{key}")
    # A selected epoch stays on the page when it is no longer among the latest.
    options = epochs if show_all else [epoch for epoch in epochs if epoch in {*few, *before}]
    st.session_state[key] = before
    with place:
        return st.pills("Epochs", options, selection_mode="multi", format_func=label, key=key)


@st.cache_resource(max_entries=MAX_IN_MEMORY, show_spinner=False)
def _read(path: str, mtime_ns: int) -> Score:
    """Return a sample; mtime_ns makes a rewritten file another entry."""
    return read_score(read_file(Path(path)), Path(path).name)
