"""Hearing a run learn: the pieces that it composed after its epochs, side by side."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import nearest_to_best, sample_files, select_epochs
from musicgen.ui.components.player import roll_player
from musicgen.ui.shared.text import escape

MOST_AT_ONCE = 4


def samples_view(run: Run, best: int) -> None:
    """Choose epochs; a roll that plays for each. best: the best epoch so far."""
    found = sample_files(run)
    if not found:
        st.info("The first piece is composed when the first epoch is over.")
        return
    st.caption("Always the same seed: what differs is what the model has learned.")
    chosen = _choose(run, list(found), best)
    for epoch in sorted(chosen)[:MOST_AT_ONCE]:
        st.markdown(f"**After epoch {epoch}**")
        try:
            score, sound = _heard(str(found[epoch]), found[epoch].stat().st_mtime_ns)
        except (OSError, UnreadableScore) as problem:
            st.info(escape(str(problem), 300))
            continue
        roll_player(score, sound, f"sample-{run.name}-{epoch}")
    if len(chosen) > MOST_AT_ONCE:
        st.caption(f"{MOST_AT_ONCE} at once are enough: the first of those chosen are shown.")


def _choose(run: Run, epochs: list[int], best: int) -> list[int]:
    """Of the first, the best and the latest epochs, or of all."""
    key, near, few = (
        f"samples-{run.name}",
        nearest_to_best(epochs, best),
        select_epochs(epochs, best),
    )
    before = [each for each in st.session_state.get(key, epochs[:1]) if each in epochs]

    def words(epoch: int) -> str:
        if epoch != near:
            return str(epoch)
        return f"{epoch}, the best" if epoch == best else f"{epoch}, before the best"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container(width="content")
        whole = len(few) < len(epochs) and st.toggle(f"All {len(epochs)}", key=f"all-{key}")
    # What was chosen stays to be seen when it is among the latest no more.
    shown = epochs if whole else [each for each in epochs if each in {*few, *before}]
    st.session_state[key] = before
    with place:
        return st.pills("Epochs", shown, selection_mode="multi", format_func=words, key=key)


@st.cache_resource(max_entries=32, show_spinner=False)
def _heard(path: str, changed: int) -> tuple[Score, bytes]:
    score = read_score(Path(path).read_bytes(), Path(path).name)
    return score, wav_bytes(score)
