"""The editor in Chromium: gestures, keys, undo, and what is saved of them."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.composing.editing.edited_pieces import open_piece
from musicgen.composing.records.saved_pieces import SavedPiece, list_pieces, read_piece
from musicgen.corpus.readers.read_score import read_score
from tests.browser.barriers import serious_barriers
from tests.browser.browser_actions import wait_until
from tests.browser.editing.editor_actions import GEOMETRY, Roll
from tests.browser.editing.random_gestures import check_undo_of_gestures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture()
def roll(server: Any, browser_page: Any, piece: SavedPiece) -> Any:
    roll = Roll(browser_page, server, piece)
    yield roll
    assert roll.problems == []


def test_notes_are_moved_stretched_added_and_deleted_by_mouse(roll, piece):
    roll.drag((12, 72), (36, 76))
    assert (24, 24, 76, 80, 0) in roll.notes()
    assert roll.saved() != piece.id
    roll.drag((47, 76), (95, 76))
    assert (24, 72, 76, 80, 0) in roll.notes()
    roll.page.mouse.dblclick(*roll.place(200, 70))
    assert (198, 6, 70, 80, 0) in roll.notes()
    roll.press("Delete")
    roll.page.mouse.click(*roll.place(40, 76))
    roll.press("Delete")
    assert len(roll.notes()) == 9
    assert open_piece(piece.id).score() == read_score(piece.midi, "piece.mid")


def test_a_rectangle_selects_and_a_click_elsewhere_selects_none(roll):
    roll.drag((2, 82), (60, 71))
    roll.press("ArrowDown")
    assert sorted(row[2] for row in roll.notes() if row[4] == 0)[:3] == [71, 72, 73]
    roll.page.mouse.click(*roll.place(150, 66))
    assert roll.button("Delete").is_disabled()


def test_bars_and_parts_are_selected_copied_and_pasted(roll):
    roll.press("PageDown", "b")
    assert "5 notes" in roll.editor.locator(".said").inner_text()
    roll.press("Control+c", "Escape", "PageDown", "Control+v")
    notes = roll.notes()
    assert [row for row in notes if row[0] >= 192] == [
        (start + 96, *rest) for start, *rest in notes if 96 <= start < 192
    ]
    roll.button("Select all notes of Cello").click()
    roll.button("An octave down").click()
    assert {row[2] for row in roll.notes() if row[4] == 1} == {48, 43}
    roll.press("Control+a", "Control+x")
    assert roll.notes() == []
    roll.press("Home", "Control+v")
    assert len(roll.notes()) == 15


def test_everything_is_done_by_keyboard(roll):
    roll.press(".", "ArrowUp", "Shift+ArrowUp", "ArrowRight", "Shift+ArrowRight", "Alt+ArrowUp")
    assert (6, 18, 85, 88, 0) in roll.notes() or (6, 30, 85, 88, 0) in roll.notes()
    roll.press("Escape", "End", "Enter")
    assert len(roll.notes()) == 11
    roll.press(*["Control+z"] * 6)
    assert len(roll.notes()) == 10
    roll.press(*["Control+y"] * 6)
    assert len(roll.notes()) == 11


def test_keys_go_on_after_a_button_of_the_panel(roll):
    before = roll.notes()
    roll.press(".")
    roll.button("A semitone up").click()
    assert roll.notes() != before
    roll.page.keyboard.press("Control+z")
    assert roll.notes() == before
    roll.button("A semitone up").click()
    roll.page.keyboard.press("Delete")
    assert len(roll.notes()) == len(before) - 1


def test_a_locked_part_is_not_edited_until_it_is_unlocked(roll):
    before = roll.notes()
    roll.button("Lock Cello").click()
    roll.press("Control+a", "ArrowUp")
    edited = roll.notes()
    assert [row for row in edited if row[4] == 1] == [row for row in before if row[4] == 1]
    assert {row[2] for row in edited if row[4] == 0} == {
        row[2] + 1 for row in before if row[4] == 0
    }
    roll.button("Lock Cello").click()
    roll.press("Control+a", "ArrowUp")
    assert [row[2] for row in roll.notes() if row[4] == 1] == [61, 56]


def test_velocities_are_drawn_in_the_lane(roll):
    box = roll.scroller.evaluate(GEOMETRY)
    x, _ = roll.place(24, 72)
    roll.page.mouse.move(x + 1, box["y"] + box["height"] - 30)
    roll.page.mouse.down()
    roll.page.mouse.move(x + 1, box["y"] + box["height"] - 54, steps=3)
    roll.page.mouse.up()
    (velocity,) = (row[3] for row in roll.notes() if row[:3] == (24, 24, 73))
    assert velocity > 110


def test_quantise_follows_the_chosen_triplets(roll):
    roll.editor.locator("select.snap").select_option("Off")
    roll.drag((12, 72), (17, 72))
    start = next(row[0] for row in roll.notes() if row[2] == 72)
    assert start in (4, 5, 6)
    roll.editor.locator("select.snap").select_option("Eighth triplet")
    roll.press("q")
    assert next(row[0] for row in roll.notes() if row[2] == 72) == 8


def test_undo_reaches_over_a_reload_and_a_closed_tab_loses_nothing(roll, server, piece, browser):
    roll.drag((12, 72), (12, 70))
    roll.saved()
    edited = roll.page.url  # the address follows when the person rests
    roll.drag((12, 70), (12, 68))
    roll.page.close()  # at once
    (child,) = [p.id for p in list_pieces() if p.facts.get("from") == piece.id]
    wait_until(lambda: open_piece(child).log.cursor == 2)
    assert edited
    page = browser.new_context().new_page()
    later = Roll(page, server, read_piece(child))
    assert (0, 24, 68, 80, 0) in later.notes()
    later.button("Undo").click()
    later.button("Undo").click()
    assert later.button("Undo").is_disabled()
    later.saved()
    assert read_piece(child).midi == piece.midi
    page.context.close()


def test_an_edited_piece_is_a_piece(roll):
    roll.drag((12, 72), (12, 70))
    roll.page.get_by_text("draft, edited").first.wait_for()
    child = read_piece(roll.saved())
    assert child.facts["edits"]["edited_notes"] == 1
    assert len(read_score(child.midi, "a.mid")) == 10
    wait_until(lambda: "metrics" in read_piece(child.id).facts)
    assert child.id in roll.page.url


def test_the_editor_has_no_barrier(roll):
    roll.page.get_by_text("Play notes in").click()
    assert serious_barriers(roll.page) == []


def test_random_gestures_are_undone_to_the_byte_and_redone(roll, piece):
    """500 by `python -m benchmarks.browser.random_gestures`."""
    check_undo_of_gestures(roll, piece, gestures=120, seed=22)
