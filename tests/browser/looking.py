"""Small things that browser tests do."""

from __future__ import annotations

from typing import Any

CHART = ".js-plotly-plot"
CURVES = ".curves[data-points]"


def settle(page: Any) -> None:
    """Wait until the page's script has run to its end."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def drag_over_bars(page: Any, first: float, last: float, bars: int) -> None:
    """Shift-drag over the player of a piece of so many bars, from one place to another, from 0."""
    box = page.locator(".player canvas").bounding_box()
    gutter = 40
    bar = (box["width"] - gutter) / bars
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + gutter + first * bar, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + gutter + last * bar, box["y"] + 160, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")


def points(page: Any) -> int:
    """How many points the page's first curves have."""
    return int(page.locator(CURVES).first.get_attribute("data-points"))


def reach(page: Any) -> list[float]:
    """From where to where the page's first curves are shown."""
    told = page.locator(CURVES).first.get_attribute("data-x")
    return [float(value) for value in told.split()]


def wait_for_more_points(page: Any, than: int) -> None:
    page.wait_for_selector(f'.curves:not([data-points="{than}"])')
    assert points(page) > than
