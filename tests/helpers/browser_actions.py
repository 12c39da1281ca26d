"""Small things that browser tests do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHART = ".js-plotly-plot"
CURVES = ".curves[data-points]"
CHOSEN = "[aria-checked=true], [aria-pressed=true], [data-testid$=Active]"
TRIES = 4


def settle(page: Any) -> None:
    """Wait until the page's script has run to its end."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def pick(page: Any, name: str) -> None:
    """Choose one of a row of pills.

    It is clicked again where nothing came of it: within an expander that still opens it moves on.
    """
    named = {"name": name, "exact": True}
    pill = page.get_by_role("radio", **named).or_(page.get_by_role("button", **named))
    for _ in range(TRIES):
        pill.click()
        try:
            pill.and_(page.locator(CHOSEN)).wait_for(timeout=5000)
            return
        except playwright.TimeoutError:
            continue
    raise AssertionError(f"{name} cannot be chosen")


@contextmanager
def composing(server: Any, page: Any) -> Iterator[Any]:
    """On the Compose page, with a small model and nothing composed yet; no script of it fails."""
    write_small_model(server.home)
    with compose_page(server, page):
        yield page


def write_small_model(home: Path) -> None:
    """A model to compose with, and a folder among the pieces that holds none."""
    write_run(home / "runs", training=tiny_pieces())
    (home / "pieces/a-folder-of-another-kind").mkdir(parents=True)


@contextmanager
def compose_page(server: Any, page: Any) -> Iterator[Any]:
    """On the Compose page of a server that has the small model; no script of it fails."""
    page.problems = []
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    page.goto(f"{server.url}/Compose?model=tiny")
    page.get_by_role("button", name="Compose", exact=True).wait_for()
    settle(page)
    yield page
    assert page.problems == []


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


def sideways(page: Any) -> float:
    """By how many pixels the page is wider than its window."""
    return float(
        page.evaluate(
            """() => Math.max(...[document.documentElement, ...document.querySelectorAll(
                '[data-testid="stMain"]')].map(e => e.scrollWidth - e.clientWidth))"""
        )
    )


def faintest_text(page: Any) -> tuple[float, str]:
    """The contrast (as WCAG 2 has it, 1 to 21) of the text that stands out least, and that text."""
    contrast, text = page.evaluate(_FAINTEST)
    return float(contrast), str(text)


_FAINTEST = """() => {
  // A slider's number stands above the thumb that holds it.
  const OTHERS = `svg, style, [disabled], [data-disabled], [data-testid="stSlider"]`;
  const numbers = (colour) => {
    const found = (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return colour.startsWith("color(") ? [...found.slice(0, 3).map((n) => n * 255), found[3] ?? 1]
      : [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((n) => top[n] * top[3] + below[n] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((n) => n / 255)
      .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const own = numbers(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, behind(element.parentElement));
  };
  const main = document.querySelector('[data-testid="stMain"]');
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  let least = [21, ""];
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!data.trim() || !seen || element.closest(OTHERS)) continue;
    const below = behind(element);
    const [a, b] = [light(over(numbers(getComputedStyle(element).color), below)), light(below)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < least[0]) least = [contrast, data];
  }
  return least;
}"""
