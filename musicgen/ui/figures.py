"""A row of figures that change while one looks at them, as one Streamlit component.

Streamlit's own metrics are made anew in the browser, each of them, whenever one of them changes:
that took the processor time of a training that was watched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from musicgen.ui.component import component


@dataclass(frozen=True)
class Figure:
    """What it is, how much, and a smaller word below."""

    label: str
    value: str
    below: str = ""


def figures(row: Sequence[Figure], note: str, key: str) -> None:
    """Show them side by side, with a line of plain text below."""
    _component(key=key, data={"figures": [asdict(figure) for figure in row], "note": note})


_component = component("figures")
