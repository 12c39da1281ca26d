"""Curves as the browser is told of them: thin, and less so where one looks closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from musicgen.training.run_folder.metrics import downsample

HEIGHT = 340  # pixels
MOST_POINTS = 500  # of a curve, and as many again of what is zoomed into
FIGURES = 6  # significant ones that are sent to the browser

Style = Literal["line", "dotted", "faint", "star"]
Reach = tuple[float, float]  # of the axis across


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
    height: int = HEIGHT  # pixels
    references: Mapping[str, float] = field(default_factory=dict)  # levels by name

    def to_json(self, revision: str, reach: Reach | None = None) -> dict[str, Any]:
        """What the browser draws; long curves are thinned, less so within what is zoomed into.

        revision: what is zoomed into stays while it is the same. reach: from where to where.
        """
        return {
            "curves": [
                {
                    "name": curve.name,
                    "x": _numbers(curve.x, _parts(curve.x, reach)),
                    "y": _numbers(curve.y, _parts(curve.x, reach)),
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
            "height": self.height,
        }


def _parts(x: np.ndarray, reach: Reach | None) -> tuple[slice, ...]:
    """Before, within and after the reach; all in one where there is none, or no rising x."""
    if reach is None or len(x) <= MOST_POINTS or not (np.diff(x) >= 0).all():
        return (slice(None),)
    first, last = np.searchsorted(x, reach[0]), np.searchsorted(x, reach[1], "right")
    begin, end = max(0, first - 1), last + 1  # what is drawn leaves the picture on either side
    return slice(begin), slice(begin, end), slice(end, None)


def _numbers(values: np.ndarray, parts: Sequence[slice]) -> list[float | None]:
    values = np.asarray(values, float)
    shown = np.concatenate([downsample(values[part], MOST_POINTS) for part in parts]).tolist()
    return [float(f"{value:.{FIGURES}g}") if np.isfinite(value) else None for value in shown]
