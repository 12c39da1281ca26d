"""Early loading of what charts and tables need: imports and Plotly's script."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import plotly.graph_objects as go
import streamlit as st

_MODULES = (  # half a second together, which the first page would wait for
    "pandas",
    "plotly.io",
    "plotly.tools",
    "musicgen.ui.data.statistics",
    "musicgen.ui.data.vocabulary",
)


@asynccontextmanager
async def import_early(_: st.App) -> AsyncIterator[None]:
    """Import what the Data page needs before the server answers.

    Not in another thread: Plotly uses pandas when it is imported, and would find it half imported.
    """
    for name in _MODULES:
        importlib.import_module(name)
    go.Figure(go.Bar(x=["C"], y=[1])).to_json()  # Plotly imports its parts with the first figure
    yield


@contextmanager
def loading_plotly(wait: bool) -> Iterator[None]:
    """Have the browser load Plotly, 5 MB of script, by an empty chart while the page waits."""
    place = st.empty()
    if wait:
        place.plotly_chart(_empty_figure(), key="load-plotly", config={"staticPlot": True})
    yield
    place.empty()


def _empty_figure() -> go.Figure:
    figure = go.Figure(layout={"height": 10, "margin": dict.fromkeys("lrtb", 0)})
    return figure.update_xaxes(visible=False).update_yaxes(visible=False)
