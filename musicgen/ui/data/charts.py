"""Statistics of a collection as charts, and the pieces behind a bar that is clicked on."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.chart_bars import bar_of
from musicgen.ui.data.pieces import pieces_table
from musicgen.ui.shared.text import format_count
from musicgen.ui.shared.url_piece import selected_bar

_CONFIG = {"displaylogo": False, "displayModeBar": False}


def chart(title: str, figure: go.Figure, help: str = "") -> None:
    """A figure under its title."""
    st.markdown(f"**{title}**", help=help or None)
    st.plotly_chart(figure, key=f"chart-{title}", config=_CONFIG, alt=title)


def chart_of_pieces(
    title: str, figure: go.Figure, analysis: Analysis, help: str = "", rest: str = ""
) -> None:
    """A figure whose bars can be clicked on: the pieces behind one are listed below it.

    title: one of COUNTED. rest: what is said of the values that have no bar.
    """
    st.markdown(f"**{title}**", help=help or None)
    key = f"chart-{title}"
    picked = st.plotly_chart(
        figure, key=key, config=_CONFIG, on_select="rerun", selection_mode="points", alt=title
    )
    if rest:
        st.caption(rest)
    label = selected_bar(title, _label(picked))
    bar = None if label is None else bar_of(analysis, title, label)
    if bar is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{format_count(len(bar.pieces), 'piece')} with {bar.words}", width="content")
        label = "Filter the table of pieces"
        if st.button(label, key=f"filter-{title}", on_click=_open_pieces):
            st.rerun()  # of the page: this may be a fragment within the view
    pieces_table(analysis, bar.pieces, key=f"pieces-{title}")


def _open_pieces() -> None:
    """The table of all files, which the bar in the address filters."""
    st.session_state["view"] = "Pieces"


def _label(picked: object) -> str | None:
    """The label of the bar that was clicked on: `customdata[0]` of a figure's bars."""
    try:
        return str(picked["selection"]["points"][0]["customdata"][0])  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
