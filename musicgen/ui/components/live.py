"""Figures and curves that keep themselves up to date, as one Streamlit component.

The browser asks the studio for what is new, at an address below the page's own (`train_live.py`),
and draws it where it stands. While nothing but numbers changes no script is run: Streamlit would
render far more anew than has changed, and that took the processor time of a training that was
watched. Nor is what was zoomed into lost, as it is in a chart of Plotly's.
"""

from __future__ import annotations

from musicgen.ui.components.component import component


def live(query: str, standing: str, every: float, key: str) -> bool:
    """Show what the address answers to the query, anew every so many seconds; 0: never again.

    standing: what the rest of the page was drawn by. True once when the answer has another: it is
    time to draw the page anew.
    """
    data = {"query": query, "standing": standing, "every": every}
    return bool(_component(key=key, data=data, on_changed_change=_nothing).changed)


def _nothing() -> None:
    """Streamlit wants a callback for each value that a component sends."""


_component = component("live", "plot.js", "figures.js", "live.js")
