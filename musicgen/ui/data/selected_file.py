"""The selected file of a collection: its roll, parts, tempo and keys; why it was refused."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from musicgen.corpus.collection import PieceFile
from musicgen.rendering.figures.parts import sounding_tempi, tempo_over_time_figure
from musicgen.score import Score
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.file_table import describe_signatures
from musicgen.statistics.part_statistics import pedal_share, summarise_parts
from musicgen.theory.keys import find_keys
from musicgen.ui.components.player import roll_player
from musicgen.ui.data.parts_table import parts_table
from musicgen.ui.shared.chart_config import chart_config
from musicgen.ui.shared.text import escape, format_count

MAX_NOTES_DRAWN = 4000  # that are drawn, and played
SCROLL_COUNTS = 1_000_000  # the first of those of this page


def show_file(analysis: Analysis, index: int, key: str) -> None:
    """Show the roll of a piece, which plays, and its parts; why a file was refused."""
    if index >= len(analysis.scores):
        refused = analysis.collection.refused[index - len(analysis.scores)]
        message = f"**{escape(refused.file)}** was refused: {escape(refused.reason)}"
        st.warning(f"{message}. {escape(refused.remedy)}" if refused.remedy else message)
        return
    score, file = analysis.scores[index], analysis.collection.files[index]
    with st.container(border=True):
        st.markdown(f"**{escape(file.file)}**")
        drawn = first_notes(score, MAX_NOTES_DRAWN)
        # Below a long table it is out of sight. The numbers are none of those of other pages.
        roll_player(drawn, f"{key}-roll-{index}", scroll_count=SCROLL_COUNTS + index)
        if len(drawn) < len(score):
            st.caption(f"The first {len(drawn):,} of {len(score):,} notes.")
        _facts(score, file)
        if len(score.parts) > 1:
            parts_table(summarise_parts([score]), with_pieces=False)
        if len(sounding_tempi(score)[0]) > 1 and not score.is_performance:
            st.markdown("**Tempo over time**")
            figure = tempo_over_time_figure(score)
            key = f"{key}-tempo-{index}"
            st.plotly_chart(
                figure, key=key, config=chart_config("Tempo over time"), alt="Tempo over time"
            )


def _facts(score: Score, file: PieceFile) -> None:
    """Say what the piece holds, and what of its file was left out."""
    drums, pedal = int(score.is_drum.sum()), pedal_share(score)
    [key] = find_keys([score.on_grid()])
    facts = [
        format_count(len(score.parts), "part"),
        format_count(len(score), "note") + (f", {drums:,} of them of drums" if drums else ""),
        _time(score),
        f"pedal down {pedal:.0%} of the time" if pedal else "",
        f"key signature {describe_signatures(score)}" if score.keys else "no key signature",
        f"estimated key {key}" if key else "",
    ]
    st.markdown(" · ".join(escape(fact) for fact in facts if fact))
    if file.left_out:
        st.caption(f"Left out: {escape(', '.join(file.left_out), 500)}.")


def _time(score: Score) -> str:
    """Kind of time of a piece, and its tempo: `tempo 100 to 150, 2 changes`."""
    if score.is_performance:
        return "a performance: its notes lie on no beat, so it is read in seconds"
    _, tempi = sounding_tempi(score)
    if len(tempi) == 1:
        return f"{score.tempo:.0f} quarters a minute"
    changes = format_count(len(tempi) - 1, "tempo change")
    range_of_tempi = " to ".join(
        dict.fromkeys(f"{tempo:.0f}" for tempo in (min(tempi), max(tempi)))
    )
    return f"{range_of_tempi} quarters a minute, {changes}"


def first_notes(score: Score, number: int) -> Score:
    """Return a score with at most this many notes, from its beginning."""
    return score if len(score) <= number else replace(score, notes=score.notes[:number])
