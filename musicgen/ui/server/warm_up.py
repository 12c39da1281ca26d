"""Early loading of what charts and tables need: imports and Plotly's script."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import plotly.graph_objects as go
import streamlit as st
from starlette.types import ASGIApp, Receive, Scope, Send

_MODULES = (  # half a second together
    "pandas",
    "plotly.io",
    "plotly.tools",
    "musicgen.ui.data.statistics",
    "musicgen.ui.data.vocabulary",
)


def _import_all() -> None:
    for name in _MODULES:
        importlib.import_module(name)
    go.Figure(go.Bar(x=["C"], y=[1])).to_json()  # Plotly imports its parts with the first figure


_imports = threading.Thread(target=_import_all, name="early imports", daemon=True)


@asynccontextmanager
async def import_early(_: st.App) -> AsyncIterator[None]:
    """Import what charts and tables need while browsers load Streamlit's scripts."""
    if _imports.ident is None:  # not yet started
        _imports.start()
    yield


class AfterImports:
    """ASGI middleware that lets WebSockets wait until the early imports are done.

    A page runs once its WebSocket is open. One that imports pandas, or Plotly, which uses pandas,
    at the same time would find it half imported.
    """

    def __init__(self, app: ASGIApp, imports: threading.Thread = _imports) -> None:
        self._app, self._imports = app, imports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and self._imports.is_alive():
            await asyncio.to_thread(self._imports.join)
        await self._app(scope, receive, send)


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
