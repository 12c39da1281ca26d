"""Fingers on the rolls: what they select, and that they scroll the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.browser_actions import playwright, settle, wait_until
from tests.browser.editing.editor_actions import Roll, draft
from tests.browser.tabs import Tabs

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def telephone(server: Any, browser: Any) -> Iterator[Tabs]:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    yield Tabs(context, server.url)
    context.close()


@pytest.fixture()
def page(server: Any, telephone: Tabs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    with telephone.opened() as page:
        yield page


class Finger:
    """A finger on a page, by Chromium's own touch events, which scroll as real ones do."""

    def __init__(self, page: Any) -> None:
        self.page, self.session = page, page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: tuple[float, float], stop: tuple[float, float], steps: int = 8) -> None:
        self._send("touchStart", start)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, stop, strict=True))
            self._send("touchMove", (x, y))
            self.page.wait_for_timeout(20)
        self._send("touchEnd")

    def rest(self, place: tuple[float, float], milliseconds: int) -> None:
        self._send("touchStart", place)
        self.page.wait_for_timeout(milliseconds)
        self._send("touchEnd")


def test_a_finger_that_rests_on_a_note_selects_it_beside_the_others(page: Any, server: Any) -> None:
    roll = Roll(page, server, draft())
    roll.scroller.scroll_into_view_if_needed()
    finger, said = Finger(page), page.locator(".editor .said")
    finger.rest(roll.place(10, 72), 50)
    playwright.expect(said).to_contain_text("C5")
    finger.rest(roll.place(34, 73), 900)
    playwright.expect(said).to_have_text("2 notes selected")
    finger.rest(roll.place(34, 73), 900)
    playwright.expect(said).to_contain_text("C5, bar 1, beat 1")
    assert len(roll.notes()) == 10  # nothing was changed
    assert roll.problems == []


def test_in_the_player_a_finger_scrolls_the_page_goes_to_a_place_and_selects_bars(
    page: Any, server: Any
) -> None:
    page.goto(f"{server.url}/Compose?piece={draft().id}&model=tiny")
    canvas = page.locator(".player canvas")
    canvas.wait_for()
    settle(page)
    canvas.scroll_into_view_if_needed()
    finger, player = Finger(page), page.locator(".player")
    box = canvas.bounding_box()
    finger.rest((box["x"] + box["width"] * 0.6, box["y"] + 150), 40)
    wait_until(lambda: float(player.get_attribute("data-seconds")) > 0.5)
    at = player.get_attribute("data-seconds")
    finger.drag((box["x"] + 200, box["y"] + 250), (box["x"] + 200, box["y"] + 60))
    wait_until(lambda: canvas.bounding_box()["y"] < box["y"] - 50)  # the page has scrolled
    assert player.get_attribute("data-seconds") == at
    page.wait_for_timeout(1500)  # until it rests again
    canvas.evaluate("canvas => canvas.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    box = canvas.bounding_box()
    finger.drag((box["x"] + 60, box["y"] + 10), (box["x"] + box["width"] - 20, box["y"] + 10))
    playwright.expect(page.locator(".player .selection")).to_have_text("Bars 1 to 2 ✕")
