"""What every chart can do: it is downloaded as a picture, under its own name."""

from __future__ import annotations

import re
from typing import Any

_PIXELS_PER_POINT = 2  # of the picture: sharp in print


def chart_config(title: str) -> dict[str, Any]:
    """Options of `st.plotly_chart` with one button, which downloads the chart as PNG."""
    name = re.sub(r"[^\w-]+", "-", title.lower()).strip("-")
    picture = {"format": "png", "filename": name or "chart", "scale": _PIXELS_PER_POINT}
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": picture,
    }
