"""One piece in the editors of two pages, and a piece that another page deletes."""

from __future__ import annotations

import pytest

from musicgen.bin import PIECES, list_bin, restore
from musicgen.composing.editing.edited_pieces import open_piece
from musicgen.composing.records.saved_pieces import delete, list_pieces
from tests.browser.browser_actions import wait_until
from tests.browser.editing.editor_actions import Roll, draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_edits_of_both_pages_are_kept(server, home, browser_page):
    first = Roll(browser_page, server, draft())
    first.drag((12, 72), (12, 70))
    edited = first.saved()
    other_tab = browser_page.context.new_page()
    other_tab.set_default_timeout(60_000)
    second = Roll(other_tab, server, open_piece(edited).piece)
    first.drag((36, 73), (36, 69))
    assert first.saved() == edited
    second.drag((60, 74), (60, 66))
    second.editor.get_by_text("Saved as a piece of its own").wait_for()
    other = second.editor.get_attribute("data-piece")
    assert other != edited
    lowest = {
        piece: sorted(row[2] for row in open_piece(piece).music().rows())[2:5]
        for piece in (edited, other)
    }
    assert lowest == {edited: [69, 70, 74], other: [66, 70, 73]}
    second.drag((84, 75), (84, 65))
    wait_until(lambda: open_piece(other).log.cursor == 3)
    assert first.problems == second.problems == []


def test_edits_of_a_piece_that_another_page_deletes_wait_for_it(server, home, browser_page):
    roll = Roll(browser_page, server, draft())
    roll.drag((12, 72), (12, 70))
    edited = roll.saved()
    delete(edited)
    roll.drag((36, 73), (36, 69))
    roll.editor.get_by_text("the piece was deleted on another page").wait_for()
    assert edited not in [piece.id for piece in list_pieces()]
    restore(next(item for item in list_bin(PIECES) if item.name == edited))
    assert roll.saved() == edited
    assert open_piece(edited).log.cursor == 2
    assert roll.problems == []
