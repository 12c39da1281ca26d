"""Hearing a run learn: the pieces that it composed after its epochs, side by side."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.reading import read_score
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.training.run import Run
from musicgen.training.samples import samples
from musicgen.ui.player import roll_player
from musicgen.ui.words import plain

MOST_AT_ONCE = 4


def samples_view(run: Run) -> None:
    """Choose epochs; a roll that plays for each."""
    found = samples(run)
    if not found:
        st.info("The first piece is composed when the first epoch is over.")
        return
    epochs = list(found)
    st.caption("Always the same seed: what differs is what the model has learned.")
    chosen = st.pills(
        "Epochs", epochs, selection_mode="multi", default=epochs[:1], key=f"samples-{run.name}"
    )
    for epoch in sorted(chosen)[:MOST_AT_ONCE]:
        st.markdown(f"**After epoch {epoch}**")
        try:
            score, sound = _heard(str(found[epoch]), found[epoch].stat().st_mtime_ns)
        except (OSError, UnreadableScore) as problem:
            st.info(plain(str(problem), 300))
            continue
        roll_player(score, sound, f"sample-{run.name}-{epoch}")
    if len(chosen) > MOST_AT_ONCE:
        st.caption(f"{MOST_AT_ONCE} at once are enough: the first of those chosen are shown.")


@st.cache_resource(max_entries=32, show_spinner=False)
def _heard(path: str, changed: int) -> tuple[Score, bytes]:
    score = read_score(Path(path).read_bytes(), Path(path).name)
    return score, wav_bytes(score)
