"""The printed score in Chromium: it follows the player, and answers to a click."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.browser_actions import (
    compose_page,
    pick,
    sound,
    wait_for_sound,
    wait_until,
    write_small_model,
)
from tests.helpers.tiny_music import write_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTES = ".printed-score g.note"
SOUNDING = ".printed-score g.note.sounds"


@pytest.fixture()
def page(server: Any, browser_page: Any) -> Any:
    write_folder(server.home / "collections/tunes")
    write_small_model(server.home, source="tunes")
    with compose_page(server, browser_page) as page:
        page.get_by_role("button", name="Compose", exact=True).click()
        wait_for_sound(page)
        pick(page, "Score")
        page.locator(NOTES).first.wait_for(state="attached")
        yield page


def test_the_print_follows_the_sound_answers_to_a_click_and_is_zoomed(page: Any) -> None:
    notes = page.locator(NOTES)
    notes.nth(notes.count() // 2).locator(".notehead").click(force=True)  # it may be hollow
    wait_until(lambda: sound(page)["now"] > 1)
    assert page.locator(SOUNDING).count() >= 1
    sounding = page.locator(SOUNDING).first.get_attribute("id")
    page.get_by_role("button", name="Play the score").click()
    wait_until(lambda: not sound(page)["paused"])
    wait_until(lambda: page.locator(f"#{sounding}.sounds").count() == 0)  # it went on
    page.get_by_role("button", name="Pause the score").click()
    wait_until(lambda: sound(page)["paused"])

    has_font = "[...document.fonts].some(font => font.family.includes('Leipzig'))"
    assert page.evaluate(has_font)  # of the note in the tempo mark
    printed = page.get_by_role("img", name="The piece in print, page 1 of")
    width = printed.bounding_box()["width"]
    page.get_by_role("button", name="Larger print").click()
    assert printed.bounding_box()["width"] == pytest.approx(1.25 * width, rel=0.03)


def test_pages_are_as_wide_as_a_telephone_has_room_for(page: Any) -> None:
    scroller = page.locator(".printed-score .scroller")
    wide = page.locator(".printed-score .measure").count()
    systems = page.locator(".printed-score .system").count()
    page.set_viewport_size({"width": 390, "height": 900})
    wait_until(lambda: page.locator(".printed-score .system").count() > systems)
    assert page.locator(".printed-score .measure").count() == wide
    assert scroller.evaluate("e => e.scrollWidth <= e.clientWidth")  # nothing lies beside it
    pick(page, "Roll")
    pick(page, "Score")
    page.locator(NOTES).first.wait_for(state="attached")
    wait_until(lambda: page.locator(".printed-score .system").count() > systems)
    page.set_viewport_size({"width": 1440, "height": 900})
    wait_until(lambda: page.locator(".printed-score .system").count() == systems)
