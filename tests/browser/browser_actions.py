"""Actions of browser tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHART = ".js-plotly-plot"
PLAYER = ".player[data-length]"
SAVED_PIECE = '.player[data-piece]:not([data-piece=""])'
PLAYER_STATE = """player => ({
    now: Number(player.dataset.seconds), duration: Number(player.dataset.length),
    paused: player.dataset.plays !== "true", speed: Number(player.dataset.speed),
})"""
CURVES = ".curves[data-points]"
SELECTED = "[aria-checked=true], [aria-pressed=true], [data-testid$=Active]"
# The node through which all sound goes.
SOUND_PROBE = """
window.AnalyserNode = class extends AnalyserNode {
    constructor(...options) { super(...options); window.analyser = this; }
};
window.loudest = async () => {
    let high = 0;
    const samples = new Float32Array(window.analyser.fftSize);
    for (const until = performance.now() + 100; performance.now() < until;) {
        window.analyser.getFloatTimeDomainData(samples);
        high = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), high);
        await new Promise((done) => setTimeout(done, 5));
    }
    return high;
};
"""
TRIES = 4
TIMEOUT_SECONDS = 60.0
NO_PIECE = "a-folder-of-another-kind"  # among the pieces


def settle(page: Any) -> None:
    """Wait until the page's script has ended."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def pick(page: Any, name: str) -> None:
    """Select one of several pills.

    In an expander that is still opening, a pill moves away from the click: it is then repeated.
    """
    named = {"name": name, "exact": True}
    pill = page.get_by_role("radio", **named).or_(page.get_by_role("button", **named))
    for _ in range(TRIES):
        pill.click()
        try:
            pill.and_(page.locator(SELECTED)).wait_for(timeout=5000)
            return
        except playwright.TimeoutError:
            continue
    raise AssertionError(f"{name} cannot be selected")


def choose(page: Any, label: str, option: str) -> None:
    """Choose an option of a list that opens.

    A list that is opened while the page still moves is closed again: it is then opened anew.
    """
    entry = page.get_by_role("option", name=option)
    for _ in range(TRIES):
        settle(page)
        page.get_by_role("combobox", name=label).click()
        try:
            entry.click(timeout=10_000)
        except playwright.TimeoutError:
            continue
        settle(page)
        return
    raise AssertionError(f"{option} cannot be chosen")


def write_small_model(home: Path, source: str = "bach-chorales") -> None:
    """Write a model to compose with, and a folder among the pieces that is not a piece.

    With that folder the page composes no first piece unasked.
    """
    write_run(home / "runs", source=source, training=tiny_pieces())
    (home / "pieces" / NO_PIECE).mkdir(parents=True)


def sound(page: Any) -> dict[str, Any]:
    """State of the player; times in seconds."""
    return dict(page.locator(PLAYER).evaluate(PLAYER_STATE))


def wait_for_sound(page: Any) -> None:
    """Wait for the player of a saved piece. It is in a shadow root, which only locators reach."""
    page.locator(SAVED_PIECE).wait_for(state="attached")


def loudest(page: Any) -> float:
    """The loudest sample of a tenth of a second; `SOUND_PROBE` is an init script of the page."""
    return float(page.evaluate("window.analyser ? window.loudest() : 0"))


def wait_until(condition: Callable[[], bool], seconds: float = TIMEOUT_SECONDS) -> None:
    """Wait for a condition; an AssertionError when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def compose_page(server: Any, page: Any) -> Iterator[Any]:
    """Open the Compose page with the small model of a server; check for script errors."""
    page.problems = []
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    page.goto(f"{server.url}/Compose?model=tiny")
    page.get_by_role("button", name="Compose", exact=True).wait_for()
    settle(page)
    yield page
    assert page.problems == []


def drag_over_bars(page: Any, first: float, last: float, bars: int) -> None:
    """Shift-drag over the player, from one position to another, in bars from 0.

    bars: of the whole piece, all in view.
    """
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
    """Number of points of the page's first curves."""
    return int(page.locator(CURVES).first.get_attribute("data-points"))


def x_limits(page: Any) -> list[float]:
    """Range of the x axis of the page's first curves."""
    limits = page.locator(CURVES).first.get_attribute("data-x")
    return [float(limit) for limit in limits.split()]


def wait_for_more_points(page: Any, than: int) -> None:
    wait_until(lambda: points(page) > than)


def overflow_pixels(page: Any) -> float:
    """Pixels by which the page is wider than its window."""
    return float(
        page.evaluate(
            """() => Math.max(...[document.documentElement, ...document.querySelectorAll(
                '[data-testid="stMain"]')].map(e => e.scrollWidth - e.clientWidth))"""
        )
    )


def lowest_contrast(page: Any, inside: str = "") -> tuple[float, str]:
    """The text with the lowest contrast (WCAG 2, 1 to 21): the contrast, and the text.

    inside: selector of the elements to look at; all but disabled ones where it is empty.
    """
    contrast, text = page.evaluate(_LOWEST_CONTRAST, inside)
    return float(contrast), str(text)


_LOWEST_CONTRAST = """(inside) => {
  // The number of a slider lies above the element that contains it, on another colour.
  const IGNORED = `svg, style, [disabled], [data-disabled], [data-testid="stSlider"]`;
  const channels = (colour) => {
    const values = (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return colour.startsWith("color(") ? [...values.slice(0, 3).map((n) => n * 255), values[3] ?? 1]
      : [...values.slice(0, 3), values[3] ?? 1];
  };
  const blend = (top, below) => [0, 1, 2].map((n) => top[n] * top[3] + below[n] * (1 - top[3]));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((n) => n / 255)
      .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    if (!element) return [255, 255, 255];
    const own = channels(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : blend(own, background(element.parentElement));
  };
  const main = document.querySelector('[data-testid="stMain"]');
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  let lowest = [21, ""];
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    const visible = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!data.trim() || !visible) continue;
    if (inside ? !element.closest(inside) : element.closest(IGNORED)) continue;
    const below = background(element);
    const text = blend(channels(getComputedStyle(element).color), below);
    const [a, b] = [luminance(text), luminance(below)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < lowest[0]) lowest = [contrast, data];
  }
  return lowest;
}"""
