"""Curves as they are sent to the browser: thinned, and less so in the part zoomed into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from musicgen.training.run_folder.metrics import downsample

HEIGHT_PIXELS = 340
MAX_POINTS = 500  # of a curve, and as many more of the part that is zoomed into
SIGNIFICANT_DIGITS = 6  # of numbers sent to the browser

Style = Literal["line", "dotted", "faint", "star"]
XRange = tuple[float, float]  # of the x axis


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve; NaN leaves a gap."""

    name: str
    x: np.ndarray  # (N,)
    y: np.ndarray  # (N,)
    colour: str
    style: Style = "line"


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves on common axes."""

    curves: Sequence[Curve]
    x_label: str
    y_label: str
    log: bool = False
    from_zero: bool = False  # whether the y axis begins at 0
    height: int = HEIGHT_PIXELS
    references: Mapping[str, float] = field(default_factory=dict)  # y of reference lines by name
    top: float | None = None  # greatest y that is drawn at first; None for all

    def to_json(self, revision: str, zoom: XRange | None = None) -> dict[str, Any]:
        """Return what plot.js draws.

        revision: the browser keeps its zoom while this stays the same. zoom: visible x range.
        """
        return {
            "curves": [
                {
                    "name": curve.name,
                    "x": _to_json(curve.x, _parts(curve.x, zoom)),
                    "y": _to_json(curve.y, _parts(curve.x, zoom)),
                    "colour": curve.colour,
                    "style": curve.style,
                }
                for curve in self.curves
            ],
            "references": [{"name": name, "y": y} for name, y in self.references.items()],
            "xLabel": self.x_label,
            "yLabel": self.y_label,
            "log": self.log,
            "top": self.top,
            "fromZero": self.from_zero,
            "revision": revision,
            "height": self.height,
        }


def _parts(x: np.ndarray, zoom: XRange | None) -> tuple[slice, ...]:
    """Return slices before, within and after the zoom; one when x is short or unsorted."""
    if zoom is None or len(x) <= MAX_POINTS or not (np.diff(x) >= 0).all():
        return (slice(None),)
    first, last = np.searchsorted(x, zoom[0]), np.searchsorted(x, zoom[1], "right")
    begin, end = max(0, first - 1), last + 1  # one point beyond, so that lines leave the picture
    return slice(begin), slice(begin, end), slice(end, None)


def _to_json(values: np.ndarray, parts: Sequence[slice]) -> list[float | None]:
    """Return the downsample parts as numbers, with None for NaN."""
    values = np.asarray(values, float)
    points = np.concatenate([downsample(values[part], MAX_POINTS) for part in parts]).tolist()
    return [
        float(f"{value:.{SIGNIFICANT_DIGITS}g}") if np.isfinite(value) else None for value in points
    ]
