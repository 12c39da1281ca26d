"""What takes a page long the first time, done before it is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import plotly.graph_objects as go
import streamlit as st

import musicgen.ui


@asynccontextmanager
async def at_start(app: st.App) -> AsyncIterator[None]:
    """Import what any page needs before the first visitor, while the browser is being opened."""
    importlib.import_module("pandas")  # only tables need it, so that nothing else imports it
    for module in pkgutil.iter_modules(musicgen.ui.__path__, f"{musicgen.ui.__name__}."):
        importlib.import_module(module.name)
    yield


def warm_up() -> st.delta_generator.DeltaGenerator:
    """Have the browser load Plotly, 5 MB of script, by an empty chart; returns its place."""
    place = st.empty()
    blank = go.Figure(layout={"height": 10, "margin": dict.fromkeys("lrtb", 0)})
    blank.update_xaxes(visible=False).update_yaxes(visible=False)
    place.plotly_chart(blank, key="warming-up", config={"staticPlot": True})
    return place


@contextmanager
def warming_up() -> Iterator[None]:
    """The same before some work, until the work is done."""
    place = warm_up()
    yield
    place.empty()
