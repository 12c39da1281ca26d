"""The piano of the Compose page, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.browser_actions import (
    compose_page,
    overflow_pixels,
    pick,
    settle,
    write_small_model,
)

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

RECORD_FREQUENCIES = """
window.frequencies = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.frequencies.push(Math.round(this.frequency.value));
  return start.apply(this, when);
};
"""


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    """One server for all tests, which do not compose."""
    write_small_model(shared_server.home)
    return shared_server


@pytest.fixture(scope="module")
def browser_page(shared_page) -> Any:
    shared_page.add_init_script(RECORD_FREQUENCIES)
    return shared_page


@pytest.fixture()
def page(server, browser_page) -> Iterator[Any]:
    """The Compose page, freshly loaded, with notes as the beginning."""
    browser_page.set_viewport_size({"width": 1280, "height": 1000})  # that of other pages
    (server.home / "draft.json").unlink(missing_ok=True)  # notes of another test
    with compose_page(server, browser_page) as page:
        page.get_by_text("Beginning", exact=True).click()
        settle(page)
        pick(page, "Notes")
        page.locator(".piano").wait_for()
        settle(page)
        yield page


def expect_text(page: Any, text: str) -> None:
    playwright.expect(page.get_by_role("textbox", name="Notes")).to_have_value(text)


def press(page: Any, *names: str) -> None:
    for name in names:
        page.locator(".piano").get_by_role("button", name=name, exact=True).click()


def test_keys_clicked_in_quick_succession_all_sound_and_are_spelled_in_the_key(page):
    press(page, "B flat 4", "A 4", "C sharp 5", "E 5")  # behind notes in D minor
    expect_text(page, "D4 F4 A4 D5/2 Bb4 A4 C#5 E5")
    frequencies = page.evaluate("window.frequencies")  # hertz, three partials a note
    assert frequencies[::3] == [466, 440, 554, 659]


def test_lengths_dots_chords_rests_and_undo(page):
    page.get_by_role("radio", name="Half note").click()
    press(page, "D 4", "Chord", "A 4", "Chord", "Rest")
    press(page, "Dotted: half as long again", "F 4")
    expect_text(page, "D4 F4 A4 D5/2 D4+A4/2 r/2 F4/3")
    press(page, "Undo", "Undo", "Undo")
    expect_text(page, "D4 F4 A4 D5/2 D4/2")


def test_the_piano_is_played_by_keyboard(page):
    keys = page.locator(".piano .keys")
    page.locator(".piano .undo").focus()
    for _ in range(12):  # the controls between
        page.keyboard.press("Tab")
        if keys.locator(":focus").count():
            break
    assert keys.locator(":focus").get_attribute("aria-label") == "C 4"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect_text(page, "D4 F4 A4 D5/2 D4 D5")


def test_on_a_phone_the_keys_scroll_and_the_page_does_not(page):
    page.set_viewport_size({"width": 390, "height": 844})
    keys = page.locator(".piano .keys")
    assert keys.evaluate("e => e.scrollWidth > e.clientWidth")
    assert keys.bounding_box()["width"] <= 390
    assert overflow_pixels(page) == 0


def test_a_wide_piano_shows_all_keys_along_the_bottom_of_the_window(page):
    piano, keys = page.locator(".piano"), page.locator(".piano .keys")
    assert keys.evaluate("e => e.scrollWidth > e.clientWidth")
    page.get_by_role("button", name="Wide").click()
    assert keys.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    box = piano.bounding_box()
    assert box["y"] + box["height"] == 1000
    notes = page.get_by_label("Notes", exact=True).bounding_box()
    assert notes["y"] > 0 and notes["y"] + notes["height"] < box["y"]  # it covers no field
    press(page, "C 2", "C 6")
    expect_text(page, "D4 F4 A4 D5/2 C2 C6")
    page.get_by_role("button", name="Wide").click()
    assert piano.bounding_box()["width"] < box["width"] / 2
