"""The Parts view of the Data page: parts by name and instrument, and drums."""

from __future__ import annotations

import streamlit as st

from musicgen.rendering.figures.parts import MAX_ROWS, drum_figure, instrument_figure
from musicgen.rendering.figures.statistics import describe_omitted
from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.charts import chart_of_pieces
from musicgen.ui.data.parts_table import parts_table


def parts_view(analysis: Analysis) -> None:
    """Show the parts of all pieces, their instruments, and the drums as a chart of their own."""
    has_drums = bool(len(analysis.drum_sounds))
    left, right = st.columns(2) if has_drums else (st.container(), None)
    with left:
        chart_of_pieces(
            "instruments",
            instrument_figure(analysis.instruments),
            analysis,
            help="Notes by the General MIDI instrument of their part.",
            omitted=describe_omitted(analysis.instruments, MAX_ROWS),
        )
    if right is not None:
        with right:
            chart_of_pieces(
                "drums",
                drum_figure(analysis.drum_sounds),
                analysis,
                help="Notes of drum parts, by General MIDI's names of the percussion keys.",
                omitted=describe_omitted(analysis.drum_sounds, MAX_ROWS),
            )
    st.markdown("**Parts by name and instrument**")
    parts_table(analysis.parts, len(analysis.scores) > 1)
