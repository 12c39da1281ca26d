"""The tree of takes and the contact sheet in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.composing.editing.change import Change
from musicgen.composing.editing.edited_pieces import add_edits
from musicgen.composing.records.saved_pieces import list_pieces, read_piece
from musicgen.composing.records.takes import parent_of
from musicgen.rendering.midi import midi_bytes
from tests.browser.browser_actions import pick, playwright, settle, wait_until
from tests.browser.editing.editor_actions import NOW, draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

expect = playwright.expect
LOUDER = Change("Velocity 1 note", ((0, 24, 72, 80, 0),), ((0, 24, 72, 110, 0),))


@pytest.fixture()
def page(server: Any, browser_page: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    browser_page.problems = []
    browser_page.on("pageerror", lambda problem: browser_page.problems.append(str(problem)))
    yield browser_page
    assert browser_page.problems == []


def open_takes(page: Any, server: Any, piece_id: str) -> None:
    page.goto(f"{server.url}/Compose?piece={piece_id}&model=tiny")
    page.get_by_role("button", name="Compose", exact=True).wait_for()
    settle(page)
    pick(page, "Takes")


def rolls_move_together(compared: Any) -> None:
    """Zoom and scroll either of two rolls: the other one shows the same bars."""
    first, second = (compared.locator(".player .scroller").nth(number) for number in range(2))

    def position(roll: Any) -> tuple[int, int]:
        return tuple(roll.evaluate("roll => [roll.scrollWidth, Math.round(roll.scrollLeft)]"))

    for _ in range(3):
        compared.get_by_role("button", name="Zoom in").first.click()
    first.evaluate("roll => { roll.scrollLeft = 200; }")
    wait_until(lambda: position(second)[1] == 200 and position(first) == position(second))
    second.evaluate("roll => { roll.scrollLeft = 90; }")
    wait_until(lambda: position(first)[1] == 90 and position(first) == position(second))
    compared.get_by_role("button", name="Zoom out").nth(1).click()
    wait_until(lambda: position(first) == position(second))


def test_the_tree_goes_back_to_a_take_plays_it_and_compares(page, server):
    piece = draft()
    child = add_edits(piece.id, "0123abcd", 0, [LOUDER], midi_bytes, NOW)
    open_takes(page, server, child.id)
    items = page.locator(".tree li")
    items.nth(1).wait_for()
    assert items.nth(0).get_attribute("data-take") == piece.id
    assert "edited" in items.nth(1).inner_text()
    page.get_by_role("button", name="Play", exact=True).click()
    page.locator('.player[data-plays="true"]').wait_for()
    page.get_by_role("button", name="Play draft", exact=True).click()
    page.locator('.player[data-plays="false"]').wait_for()  # one sounds at a time
    page.get_by_role("button", name="Stop draft", exact=True).click()
    page.get_by_role("button", name="Compare: draft", exact=True).click()
    compared = page.get_by_role("dialog", name="Two takes")
    compared.get_by_text("2. draft, edited").wait_for()
    compared.get_by_text(
        "From 1 to 2: 9 notes the same, 1 changed (1 in velocity), 0 removed, 0 added. "
        "They differ in bar 1."
    ).wait_for()
    assert compared.locator(".player").count() == 2
    assert compared.get_by_text("added: not in 1").count() == 1  # in the legend of the second
    rolls_move_together(compared)
    page.keyboard.press("Escape")
    compared.wait_for(state="hidden")
    assert page.get_by_role("button", name="Compare: draft, edited", exact=True).is_disabled()
    page.get_by_role("button", name="Go back to it: draft", exact=True).click()
    page.locator(f'.tree li.shown[data-take="{piece.id}"]').wait_for()
    page.wait_for_url(lambda address: f"piece={piece.id}&" in f"{address}&")
    page.go_back()
    page.locator(f'.tree li.shown[data-take="{child.id}"]').wait_for()
    page.wait_for_url(lambda address: f"piece={child.id}&" in f"{address}&")


def test_eight_takes_are_starred_dropped_and_opened(page, server):
    piece = draft()
    open_takes(page, server, piece.id)
    page.get_by_role("button", name="8 takes like this").click()
    items = page.locator(".sheet li")
    items.nth(7).wait_for()
    settle(page)
    ids = [item.get_attribute("data-take") for item in items.all()]
    assert {parent_of(read_piece(take)) for take in ids} == {piece.id}
    items.nth(2).get_by_role("button", name="Star").focus()
    page.keyboard.press("Enter")
    wait_until(lambda: read_piece(ids[2]).starred)
    settle(page)
    expect(items.nth(2).get_by_role("button", name="Star")).to_be_focused()
    items.nth(3).get_by_role("button", name="Drop").focus()
    page.keyboard.press("Enter")
    wait_until(lambda: ids[3] not in [piece.id for piece in list_pieces()])
    wait_until(lambda: items.count() == 7)
    settle(page)
    expect(items.nth(3).get_by_role("button", name="Drop")).to_be_focused()  # of the next take
    items.nth(4).get_by_role("button", name="Open").click()
    page.locator(f'.sheet li.shown[data-take="{ids[5]}"]').wait_for()
