"""Metrics and curves that keep themselves up to date: a Streamlit component.

The browser polls `/Train/live` (ui/server/live_endpoint.py) and draws what has changed. No script
runs while only numbers change: a rerun every two seconds took processor time from the training on
the page, and a Plotly chart loses its zoom when it is drawn again.
"""

from __future__ import annotations

from musicgen.ui.components.component import component


def live(query: str, state_key: str, poll_seconds: float, key: str) -> bool:
    """Show the endpoint's answer to a query and keep it up to date.

    state_key: the key that the rest of the page was drawn with. poll_seconds: 0 asks once. Returns
    True once when the answer has another state key: it is time to rerun the page.
    """
    data = {"query": query, "stateKey": state_key, "pollSeconds": poll_seconds}
    return bool(_component(key=key, data=data, on_changed_change=_ignore).changed)


def _ignore() -> None:
    """Streamlit asks for a callback for each value that a component sends."""


_component = component("live")
