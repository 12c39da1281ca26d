"""The query of `/Train/live`: which curves of which runs the browser shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.ui.train.curves import XRange
from musicgen.ui.train.plots import View

LOSS, FIELDS, SPEED, COMPARED = "Loss", "By field", "Rate and speed", "Compared"
PLOTTED = (LOSS, FIELDS, SPEED, COMPARED)
MAX_QUERY_CHARACTERS = 20_000
MAX_QUERY_FIELDS = 1000
MAX_RUNS = 100  # compared at once; a page names far fewer


class InvalidQuery(MusicgenError):
    """A query that does not come from `LiveQuery.to_query`."""


@dataclass(frozen=True)
class LiveQuery:
    """Names of runs and what to show of them: curves when it is PLOTTED, else metrics alone."""

    runs: tuple[str, ...]
    show: str = LOSS
    view: View = field(default_factory=View)
    zooms: Mapping[int, XRange] = field(default_factory=dict)  # visible x range by plot

    def __post_init__(self) -> None:
        if not self.runs or (len(self.runs) > 1 and self.show != COMPARED):
            raise InvalidQuery("one run, or several that are compared")

    def to_query(self) -> str:
        """Return the query without zooms, which the browser adds."""
        view = self.view
        parameters: dict[str, Any] = {"run": self.runs, "show": self.show}
        parameters |= {"axis": view.axis, "unit": view.unit, "smoothing": f"{view.smoothing:g}"}
        parameters |= {"log": int(view.log), "references": int(view.references)}
        parameters["robust"] = int(view.robust)
        return urlencode(parameters, doseq=True)

    @classmethod
    def from_query(cls, query: str) -> LiveQuery:
        """Parse a query; InvalidQuery when it is none."""
        if len(query) > MAX_QUERY_CHARACTERS:
            raise InvalidQuery("the query is too long")
        try:
            values = parse_qs(query, max_num_fields=MAX_QUERY_FIELDS)
            last = {name: items[-1] for name, items in values.items()}
            view = View(
                last.get("axis", View.axis),
                last.get("unit", View.unit),
                float(last.get("smoothing", View.smoothing)),
                last.get("log") == "1",
                last.get("references") == "1",
                last.get("robust") == "1",
            )
            zooms = _parse_zooms(values.get("zoom", ()))
        except InvalidSetting as error:
            raise InvalidQuery(str(error)) from None
        except ValueError:  # from parse_qs, float, int and unpacking
            raise InvalidQuery("the query cannot be parsed") from None
        runs = tuple(dict.fromkeys(values.get("run", ())))
        if len(runs) > MAX_RUNS:
            raise InvalidQuery(f"more than {MAX_RUNS} runs are not compared")
        return cls(runs, last.get("show", LOSS), view, zooms)


def _parse_zooms(texts: Sequence[str]) -> dict[int, XRange]:
    """Parse `0,12.5,80`: index of a plot, left and right end; ValueError when it is not."""
    zooms = {}
    for text in texts:
        index, left, right = text.split(",")
        if not math.isfinite(float(left)) or not math.isfinite(float(right)):
            raise ValueError("a zoom lies between two numbers")
        zooms[int(index)] = float(left), float(right)
    return zooms
