"""Curves that grow while one looks at them, as one Streamlit component.

Streamlit builds a Plotly chart anew whenever its data change, and what was zoomed into is
lost. This draws on a canvas that stays, in a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from musicgen.training.metrics import thinned
from musicgen.ui.component import component

HEIGHT = 340  # pixels
MOST_POINTS = 500  # of a curve
FIGURES = 6  # significant ones that are sent to the browser

Style = Literal["line", "dotted", "faint", "star"]


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve; what is not a number leaves a gap."""

    name: str
    x: np.ndarray  # (N,)
    y: np.ndarray  # (N,)
    colour: str
    style: Style = "line"


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves on common axes."""

    curves: Sequence[Curve]
    across: str  # what the axes are
    up: str
    log: bool = False
    zero: bool = False  # whether the upward axis begins at 0
    references: Mapping[str, float] = field(default_factory=dict)  # levels by name

    def to_json(self, revision: str, height: int) -> dict[str, Any]:
        """What the browser draws; long curves are thinned."""
        return {
            "curves": [
                {
                    "name": curve.name,
                    "x": _numbers(curve.x),
                    "y": _numbers(curve.y),
                    "colour": curve.colour,
                    "style": curve.style,
                }
                for curve in self.curves
            ],
            "references": [{"name": name, "y": y} for name, y in self.references.items()],
            "across": self.across,
            "up": self.up,
            "log": self.log,
            "zero": self.zero,
            "revision": revision,
            "height": height,
        }


def curves(plot: Plot, key: str, revision: str = "", height: int = HEIGHT) -> None:
    """Show a plot; what is zoomed into stays while the revision is the same."""
    _component(key=key, data=plot.to_json(revision, height))


def _numbers(values: np.ndarray) -> list[float | None]:
    shown = thinned(np.asarray(values, float), MOST_POINTS).tolist()
    return [float(f"{value:.{FIGURES}g}") if np.isfinite(value) else None for value in shown]


_component = component("curves")
