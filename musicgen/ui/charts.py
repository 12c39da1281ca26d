"""Statistics of a collection as charts, and the pieces behind a bar that is clicked on."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from musicgen.corpus.statistics import Histogram
from musicgen.ui.analysis import Analysis
from musicgen.ui.linked_piece import linked_bar
from musicgen.ui.pieces import pieces_table
from musicgen.ui.words import count, plain

_CONFIG = {"displaylogo": False, "displayModeBar": False}


def chart(title: str, figure: go.Figure, help: str = "") -> None:
    """A figure under its title."""
    st.markdown(f"**{title}**", help=help or None)
    st.plotly_chart(figure, key=f"chart-{title}", config=_CONFIG)


def chart_of_pieces(
    title: str, figure: go.Figure, found: Histogram, analysis: Analysis, help: str = ""
) -> None:
    """A figure whose bars can be clicked on: the pieces behind one are listed below it."""
    st.markdown(f"**{title}**", help=help or None)
    key = f"chart-{title}"
    picked = st.plotly_chart(
        figure, key=key, config=_CONFIG, on_select="rerun", selection_mode="points"
    )
    label = linked_bar(title, _label(picked))
    if label is None or label not in found.labels:
        return
    numbers = found.pieces_having(label)
    st.markdown(f"{count(len(numbers), 'piece')} with **{plain(label)}**")
    pieces_table(analysis, numbers, key=f"pieces-{title}")


def _label(picked: object) -> str | None:
    """The label of the bar that was clicked on: `customdata[0]` of a figure's bars."""
    try:
        return str(picked["selection"]["points"][0]["customdata"][0])  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
