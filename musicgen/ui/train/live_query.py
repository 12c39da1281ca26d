"""What of which runs a browser looks at, as a query of an address."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from musicgen.ui.train.curves import Reach
from musicgen.ui.train.plots import View

LOSS, FIELDS, SPEED, COMPARED = "Loss", "By field", "Rate and speed", "Compared"
PLOTTED = (LOSS, FIELDS, SPEED, COMPARED)
MAX_QUERY_CHARACTERS = 20_000  # characters of a query


@dataclass(frozen=True)
class LiveQuery:
    """Runs by their names, and what of them: curves where it is PLOTTED, else figures alone."""

    runs: tuple[str, ...]
    which: str = LOSS
    view: View = field(default_factory=View)
    reaches: Mapping[int, Reach] = field(default_factory=dict)  # what is zoomed into, by plot

    def __post_init__(self) -> None:
        if not self.runs or (len(self.runs) > 1 and self.which != COMPARED):
            raise ValueError("one run, or several that are compared")

    def to_query(self) -> str:
        """What `from_query` understands; what is zoomed into is for the browser to add."""
        view = self.view
        entries: dict[str, Any] = {"run": self.runs, "show": self.which}
        entries |= {"axis": view.axis, "unit": view.unit, "smoothing": f"{view.smoothing:g}"}
        entries |= {"log": int(view.log), "references": int(view.references)}
        return urlencode(entries, doseq=True)

    @classmethod
    def from_query(cls, query: str) -> LiveQuery:
        """ValueError where it is not one."""
        if len(query) > MAX_QUERY_CHARACTERS:
            raise ValueError("too long a query")
        given = parse_qs(query, max_num_fields=1000)
        last = {name: values[-1] for name, values in given.items()}
        view = View(
            last.get("axis", View.axis),
            last.get("unit", View.unit),
            float(last.get("smoothing", View.smoothing)),
            last.get("log") == "1",
            last.get("references") == "1",
        )
        reaches = _reaches(given.get("reach", ()))
        return cls(tuple(given.get("run", ())), last.get("show", LOSS), view, reaches)


def _reaches(told: Sequence[str]) -> dict[int, Reach]:
    """From `0,12.5,80`: the number of a plot, and from where to where."""
    found = {}
    for each in told:
        place, low, high = each.split(",")
        if not math.isfinite(float(low)) or not math.isfinite(float(high)):
            raise ValueError("a reach is between two numbers")
        found[int(place)] = float(low), float(high)
    return found
