"""Small things that browser tests do."""

from __future__ import annotations

from typing import Any

CHART = ".js-plotly-plot"
COUNT_POINTS = "chart => chart.calcdata.reduce((sum, trace) => sum + trace.length, 0)"


def settle(page: Any) -> None:
    """Wait until the page's script has run to its end."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def points(page: Any) -> int:
    """How many points the curves of the page's first chart have."""
    return int(page.locator(CHART).first.evaluate(COUNT_POINTS))
