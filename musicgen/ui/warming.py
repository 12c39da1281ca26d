"""What charts and tables need, made ready while the other side is at work."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import plotly.graph_objects as go
import streamlit as st


def warm_up() -> st.delta_generator.DeltaGenerator:
    """Have the browser load Plotly, 5 MB of script, by an empty chart, and meanwhile import pandas.

    The import is not put into another thread: Plotly, which looks at pandas where it is there,
    would come upon one that is half imported. Returns the place of the chart.
    """
    place = st.empty()
    blank = go.Figure(layout={"height": 10, "margin": dict.fromkeys("lrtb", 0)})
    blank.update_xaxes(visible=False).update_yaxes(visible=False)
    place.plotly_chart(blank, key="warming-up", config={"staticPlot": True})
    importlib.import_module("pandas")
    return place


@contextmanager
def warming_up() -> Iterator[None]:
    """The same before some work, until the work is done."""
    place = warm_up()
    yield
    place.empty()
