"""The editor where gestures meet edges: keys in a drag, the end of a piece, drums, locked parts."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.browser.browser_actions import pick, wait_until
from tests.browser.editing.editor_actions import Roll, draft, save

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRUMS = (Part("Drums", is_drum=True, channel=9),)
FOCUSED = """() => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element.getAttribute("aria-label");
}"""


@pytest.fixture()
def roll(server: Any, home: Any, browser_page: Any) -> Any:
    roll = Roll(browser_page, server, draft())
    yield roll
    assert roll.problems == []


def said(roll: Roll) -> str:
    return str(roll.editor.locator(".said").inner_text())


@pytest.mark.parametrize(
    ("key", "pitches"), [("Delete", []), ("ArrowUp", [73]), ("Control+z", [76]), ("Escape", [72])]
)
def test_a_key_in_the_middle_of_a_drag_counts_and_the_drag_does_not(roll, key, pitches):
    """Control+Z has nothing to undo there, so the drag goes on."""
    roll.page.mouse.move(*roll.place(12, 72))
    roll.page.mouse.down()
    roll.page.mouse.move(*roll.place(12, 75), steps=3)
    roll.page.keyboard.press(key)
    roll.page.mouse.move(*roll.place(12, 76))
    roll.page.mouse.up()
    roll.press("Control+a", "Alt+ArrowUp")
    first = [row[2] for row in roll.notes() if row[0] == 0 and row[4] == 0]
    assert first == pitches


def test_the_next_note_is_found_from_beyond_the_end(roll):
    roll.press("Escape", "End", ",")
    assert said(roll) == "G5, bar 2, beat 4, 1 quarter, velocity 80"


def test_the_roll_follows_the_cursor_beyond_the_end(roll):
    roll.press("End", *["PageDown"] * 20)
    assert "bar 23, beat 1" in said(roll)
    left, width = roll.scroller.evaluate("s => [s.scrollLeft, s.clientWidth]")
    end = roll.scroller.evaluate("s => s.querySelector('.spacer').clientWidth")
    scale = (end - 60) / (23 * 96)
    assert 60 <= 60 + 22 * 96 * scale - left <= width
    roll.press("Enter")
    assert roll.notes()[-1][0] == 22 * 96


def test_parts_are_named_and_given_instruments_by_keyboard(roll):
    name = roll.editor.get_by_label("Name of part 1")
    name.fill("Oboe")
    name.press("Tab")
    assert roll.page.evaluate(FOCUSED) == "Instrument of Oboe"
    for _ in range(2):
        roll.page.keyboard.press("ArrowUp")
    assert roll.page.evaluate(FOCUSED) == "Instrument of Oboe"
    wait_until(lambda: roll.button("Undo").is_enabled())
    roll.press("Control+z", "Control+z", "Control+z")
    roll.editor.get_by_label("Instrument of Flute").wait_for()


def test_drums_are_called_by_their_names(server, home, browser_page):
    score = Score(notes_from([(0, 24, 38, 80, 0, 0), (24, 24, 20, 80, 0, 0)]), parts=DRUMS)
    roll = Roll(browser_page, server, save(score))
    roll.press("ArrowUp")
    assert said(roll) == "Hand Clap, bar 1, beat 1"
    roll.press(".")
    assert said(roll).startswith("Acoustic Snare, bar 1, beat 1")
    roll.press(".")
    assert said(roll).startswith("Percussion 20, bar 1, beat 2")


def test_a_performance_is_described_in_seconds_and_moved_by_audible_steps(
    server, home, browser_page
):
    rows = [(37 * n, 30 + n % 7, 60 + n % 12, 80) for n in range(200)]  # on no beat
    score = Score(notes_from(rows), resolution=480, is_performance=True)
    roll = Roll(browser_page, server, save(score))
    roll.press("Escape", ".", ".")
    assert said(roll) == "D♭4, 0.04 s, 0.03 s long, velocity 80"
    roll.press("ArrowRight")
    assert (57, 31, 61, 80, 0) in roll.notes()
    roll.press("Escape", "PageDown")
    assert said(roll).endswith(", 2.00 s")


def test_other_notes_move_though_a_locked_one_cannot(roll):
    roll.button("Lock Cello").click()  # it begins at the first tick
    roll.press("PageDown", "Control+a")
    roll.drag((12, 72), (36, 72))
    roll.press("Control+a", "ArrowLeft")
    starts = [row[0] for row in roll.notes() if row[4] == 0]
    assert starts == [24 * n + 18 for n in range(8)]


def test_a_unison_of_another_part_is_drawn_beside_its_note(roll):
    roll.button("Draw").click()
    roll.page.mouse.click(*roll.place(2, 60))  # on the cello's
    assert [(row[0], row[4]) for row in roll.notes() if row[2] == 60] == [(0, 0), (0, 1)]


def test_selected_notes_are_looped(roll):
    roll.drag((2, 82), (60, 71))  # three notes
    roll.button("Loop").click()
    roll.button("Play").click()
    wait_until(lambda: roll.button("Pause").count() == 1)
    roll.page.wait_for_timeout(3000)  # they last 1.5 s
    assert roll.button("Pause").count() == 1
    roll.button("Pause").click()


def test_the_player_shows_the_latest_edits_at_once(roll):
    roll.drag((12, 72), (12, 70))
    roll.page.get_by_role("radio", name="Play", exact=True).click()
    roll.page.locator(".player[data-length]").wait_for()
    roll.page.get_by_text("draft, edited").and_(roll.page.locator(":visible")).first.wait_for()
    assert 70 in roll.pitches_shown()


def test_the_print_follows_the_editor_and_answers_to_a_click(roll):
    page = roll.page
    pick(page, "Score")
    notes = page.locator(".printed-score g.note")
    notes.first.wait_for(state="attached")
    page.get_by_role("button", name="Play the score").click()
    roll.button("Pause").wait_for()
    page.locator(".printed-score g.note.sounds").first.wait_for(state="attached")
    page.get_by_role("button", name="Pause the score").click()
    roll.button("Play").wait_for()
    notes.nth(3).locator(".notehead").click(force=True)
    roll.press("Escape", "Shift+ArrowDown", "Enter")  # a note at the cursor
    assert 72 in [row[0] for row in roll.notes() if row[4] == 0 and row[1] == 6]
