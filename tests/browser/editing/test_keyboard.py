"""The editor by keyboard alone: what `test_editor` does with keys of the roll is not done again."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.composing.editing.edited_pieces import open_piece
from tests.browser.browser_actions import wait_until
from tests.browser.editing.editor_actions import Roll
from tests.browser.editing.test_editor_sound import FAKES, loudest, peak

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MAX_TABS = 60


@pytest.fixture()
def roll(server: Any, browser_page: Any, piece: Any) -> Any:
    browser_page.add_init_script(FAKES)
    roll = Roll(browser_page, server, piece)
    roll.scroller.focus()
    yield roll
    assert roll.problems == []


def tab_to(roll: Roll, target: Any, key: str = "Tab") -> None:
    """Go to a control as a keyboard does."""
    for _ in range(MAX_TABS):
        if target.evaluate("e => e.getRootNode().activeElement === e"):
            return
        roll.page.keyboard.press(key)
    raise AssertionError("it cannot be reached")


def keys(roll: Roll, *names: str) -> None:
    for name in names:
        roll.page.keyboard.press(name)


def test_a_rectangle_is_drawn_by_the_cursor(roll):
    keys(roll, "Home", *["ArrowUp"] * 40)  # on the highest keys
    while "C5" not in roll.editor.locator(".said").inner_text():
        keys(roll, "ArrowDown")
    keys(roll, "s", *["ArrowRight"] * 7, "ArrowUp", "ArrowUp")  # the first two quarters
    assert "2 selected" in roll.editor.locator(".said").inner_text()
    keys(roll, "s", "Shift+ArrowUp")
    assert sorted(row[2] for row in roll.notes() if row[4] == 0) == [*range(74, 80), 84, 85]
    keys(roll, "Escape", "s", "Escape", "ArrowRight", "Delete")
    assert len(roll.notes()) == 10


def test_parts_are_renamed_given_instruments_locked_and_mixed(roll):
    tab_to(roll, roll.editor.get_by_label("Name of part 1"))
    keys(roll, "Control+a", *"Oboe", "Tab")
    instrument = roll.editor.get_by_label("Instrument of Oboe")
    tab_to(roll, instrument)
    keys(roll, "ArrowDown")
    parts = open_piece(roll.saved()).music().parts
    assert (parts[0].name, parts[0].program) == ("Oboe", 74)
    for name in ("Mute Oboe", "Solo Oboe"):
        tab_to(roll, roll.button(name))
        keys(roll, " ")
        assert roll.button(name).get_attribute("aria-pressed") == "true"
    volume = roll.editor.get_by_label("Volume of Oboe")
    tab_to(roll, volume)
    keys(roll, "Home")
    assert volume.input_value() == "0"
    tab_to(roll, roll.button("Lock Oboe"))
    keys(roll, "Enter")
    assert roll.button("Lock Oboe").get_attribute("aria-pressed") == "true"


def test_it_plays_loops_and_counts_at_another_speed(roll):
    keys(roll, "b", "l", "m", " ")
    wait_until(lambda: peak(roll) > 0.001)
    for name in ("Loop", "Metronome"):
        assert roll.button(name).get_attribute("aria-pressed") == "true"
    tab_to(roll, roll.editor.get_by_label("Speed"), "Shift+Tab")
    keys(roll, "ArrowLeft")
    assert "Played at 95%" in roll.editor.locator(".kept-tempo").inner_text()
    roll.scroller.focus()
    keys(roll, " ")
    wait_until(lambda: loudest(roll, 4) == 0)


def test_a_recording_is_begun_played_and_ended(roll):
    tab_to(roll, roll.editor.locator(".play-in summary"))
    keys(roll, "Enter")
    tab_to(roll, roll.editor.get_by_label("Count-in"))
    keys(roll, "n")  # none
    tab_to(roll, roll.button("Record"), "Shift+Tab")
    keys(roll, "Enter")
    stop = roll.button("Stop recording")
    stop.wait_for()
    tab_to(roll, roll.button("C4"))
    roll.page.keyboard.down("j")
    roll.page.wait_for_timeout(300)
    roll.page.keyboard.up("j")
    tab_to(roll, stop, "Shift+Tab")
    keys(roll, "Enter")
    assert 71 in [row[2] for row in roll.notes()]


def test_the_grid_is_chosen_and_the_velocity_set_beside_the_roll(roll):
    keys(roll, ".")
    tab_to(roll, roll.editor.get_by_label("Velocity"), "Shift+Tab")
    keys(roll, "End")
    assert [row[3] for row in roll.notes()].count(127) == 1
    snap = roll.editor.locator("select.snap")
    tab_to(roll, snap, "Shift+Tab")
    keys(roll, "Home", *["ArrowDown"] * 3)
    assert snap.input_value() == "4"
