"""What charts and tables need, made ready before it is asked for or while the other side works."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import plotly.graph_objects as go
import streamlit as st

# Half a second together, which the first page would wait for.
_NEEDED = (
    "pandas",
    "plotly.io",
    "plotly.tools",
    "musicgen.ui.data.statistics",
    "musicgen.ui.data.vocabulary",
)


@asynccontextmanager
async def imported_ahead(_: st.App) -> AsyncIterator[None]:
    """Import what the Data page needs before the server answers anybody.

    Not in another thread: Plotly, which looks at pandas where it is there, would come upon one
    that is half imported.
    """
    for name in _NEEDED:
        importlib.import_module(name)
    go.Figure(go.Bar(x=["C"], y=[1])).to_json()  # what a chart is made of is imported with one
    yield


def warm_up() -> None:
    """Have the browser load Plotly, 5 MB of script, by an empty chart."""
    st.plotly_chart(_blank(), key="warming-up", config={"staticPlot": True})


def warm_up_widgets() -> None:
    """Have it make what else the Data page shows, once: what is new waits for the charts there."""
    st.html("<style>.st-key-warming-up-widgets { display: none }</style>")
    with st.container(key="warming-up-widgets"):
        st.metric("Warming up", "")
        st.button("Warming up", disabled=True)
        st.selectbox("Warming up", [""], disabled=True)
        st.segmented_control("Warming up", [""], disabled=True)
        st.slider("Warming up", 0, 1, disabled=True)
        st.toggle("Warming up", disabled=True)


@contextmanager
def warming_up(wait: bool) -> Iterator[None]:
    """The same during some work, where there is a wait; where there is none, its place is empty."""
    place = st.empty()
    if wait:
        with place:
            warm_up()
    yield
    place.empty()


def _blank() -> go.Figure:
    blank = go.Figure(layout={"height": 10, "margin": dict.fromkeys("lrtb", 0)})
    return blank.update_xaxes(visible=False).update_yaxes(visible=False)
