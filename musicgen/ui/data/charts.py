"""Charts of a collection, and the pieces behind a bar that is clicked on."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.chart_bars import CHARTS, bar_of, chart_code
from musicgen.ui.data.pieces import pieces_table
from musicgen.ui.shared.chart_config import chart_config
from musicgen.ui.shared.text import format_count
from musicgen.ui.shared.url_piece import selected_bar


def chart(title: str, figure: go.Figure, help: str = "") -> None:
    """Show a figure with its title."""
    st.markdown(f"**{title}**", help=help or None)
    st.plotly_chart(figure, key=f"chart-{title}", config=chart_config(title), alt=title)


def chart_of_pieces(
    code: str, figure: go.Figure, analysis: Analysis, help: str = "", omitted: str = ""
) -> None:
    """Show a figure; a click on a bar lists its pieces below.

    code: one of CHARTS. omitted: a sentence about values that have no bar.
    """
    title = CHARTS[code].title
    st.markdown(f"**{title}**", help=help or None)
    key = f"chart-{code}"
    selection = st.plotly_chart(
        figure, key=key, config=chart_config(title), on_select="rerun", selection_mode="points",
        alt=title,
    )  # fmt: skip
    if omitted:
        st.caption(omitted)
    label = selected_bar(code, _clicked_label(selection), chart_code)
    bar = None if label is None else bar_of(analysis, code, label)
    if bar is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        number = format_count(len(bar.pieces), "piece")
        st.markdown(f"{number} with {bar.description}", width="content")
        label = "Filter the table of pieces"
        if st.button(label, key=f"filter-{code}", on_click=_open_pieces_view):
            st.rerun()  # of the whole page: this may be a fragment
    pieces_table(analysis, bar.pieces, key=f"pieces-{code}")


def _open_pieces_view() -> None:
    """Open the view of all files, which the bar in the URL filters."""
    st.session_state["view"] = "Pieces"


def _clicked_label(selection: object) -> str | None:
    """Return the label of the bar that was clicked on: `customdata[0]` of the figure's bars."""
    try:
        return str(selection["selection"]["points"][0]["customdata"][0])  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
