"""A tab or a browser that ends while notes are played in, dragged or typed: nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from musicgen.composing.editing.edited_pieces import open_piece
from musicgen.composing.records.saved_pieces import SavedPiece, list_pieces
from tests.browser.browser_actions import pick, playwright, settle, wait_until
from tests.browser.conftest import FLAGS
from tests.browser.editing.editor_actions import Roll
from tests.browser.editing.test_editor_sound import FAKES, play_key
from tests.browser.tabs import TIMEOUT_MS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture()
def roll(server: Any, browser_page: Any, piece: SavedPiece) -> Any:
    browser_page.add_init_script(FAKES)
    roll = Roll(browser_page, server, piece)
    yield roll
    assert roll.problems == []


def record(roll: Roll) -> None:
    """Begin a recording, play two notes and hold the third key."""
    roll.page.get_by_text("Play notes in").click()
    roll.button("Use a MIDI keyboard").click()
    roll.editor.get_by_text("Connected: Fake keyboard").wait_for()
    roll.editor.get_by_label("Count-in").select_option("none")
    roll.button("Record").click()
    roll.button("Stop recording").wait_for()  # the sound was loaded
    roll.page.wait_for_timeout(400)
    for pitch in (91, 93):
        play_key(roll, pitch, True)
        roll.page.wait_for_timeout(200)
        play_key(roll, pitch, False)
    play_key(roll, 95, True)
    roll.page.wait_for_timeout(200)


def edited(piece: SavedPiece) -> list[tuple[int, ...]]:
    """Notes of the edited piece that was made from one; none while there is none."""
    children = [p for p in list_pieces() if p.facts.get("from") == piece.id]
    return [row for child in children for row in open_piece(child.id).music().rows()]


def was_recorded(piece: SavedPiece) -> bool:
    return [row[2] for row in edited(piece) if row[3] == 101] == [91, 93, 95]


@contextmanager
def mortal_browser(browser: Any) -> Iterator[tuple[Any, int]]:
    """A tab of a browser of its own and the id of its process, which a test kills."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    mortal = browser.browser_type.launch(executable_path=program, args=FLAGS)
    session = mortal.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    [pid] = [process["id"] for process in processes if process["type"] == "browser"]
    page = mortal.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.add_init_script(FAKES)
    yield page, pid
    with suppress(playwright.Error):
        mortal.close()


def test_a_browser_is_killed_just_after_a_key(
    roll: Roll, server: Any, piece: SavedPiece, browser: Any
) -> None:
    with mortal_browser(browser) as (page, pid):
        record(Roll(page, server, piece))  # the last key is 0.2 s ago
        os.kill(pid, signal.SIGKILL)
    assert edited(piece) == []
    again = Roll(roll.page, server, piece)
    again.editor.get_by_text("A recording that was cut off").wait_for()
    wait_until(lambda: was_recorded(piece))
    again.button("Undo").click()
    again.saved()
    assert not was_recorded(piece)


def test_a_browser_is_killed_while_it_records_or_takes_typed_notes_for_a_beginning(
    roll: Roll, server: Any, browser: Any
) -> None:
    with mortal_browser(browser) as (page, pid):
        open_beginning(page, server)
        page.get_by_label("Notes", exact=True).press_sequentially(" C4")  # not committed
        piano = page.locator(".piano")
        piano.get_by_role("button", name="MIDI keyboard").click()
        piano.get_by_text("Connected: Fake keyboard").wait_for()
        piano.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_timeout(4 * 667)  # the count-in
        for pitch in (60, 64):
            page.evaluate(f"window.playKey(0x90, {pitch}, 101)")
            page.wait_for_timeout(667)
            page.evaluate(f"window.playKey(0x80, {pitch}, 0)")
        page.wait_for_timeout(200)
        os.kill(pid, signal.SIGKILL)
    open_beginning(roll.page, server)
    notes = roll.page.get_by_label("Notes", exact=True)
    assert notes.input_value().startswith("D4 F4 A4 D5/2 C4")
    wait_until(lambda: " C4" in notes.input_value()[16:] and " E4" in notes.input_value())


def open_beginning(page: Any, server: Any) -> None:
    page.goto(f"{server.url}/Compose?model=tiny")
    page.get_by_text("Beginning", exact=True).click()
    settle(page)
    pick(page, "Notes")
    page.locator(".piano").wait_for()
    settle(page)


def test_the_name_of_a_part_is_typed_when_the_tab_is_closed(roll: Roll, piece: SavedPiece) -> None:
    roll.editor.get_by_label("Name of part 1").fill("Piccolo")
    roll.page.close()

    def names() -> list[str]:
        children = [p for p in list_pieces() if p.facts.get("from") == piece.id]
        return [part.name for child in children for part in open_piece(child.id).music().parts]

    wait_until(lambda: names() == ["Piccolo", "Cello"])


def test_a_tab_is_closed_while_it_records(roll: Roll, piece: SavedPiece) -> None:
    record(roll)
    roll.page.close()
    wait_until(lambda: was_recorded(piece))


def test_a_page_is_loaded_again_while_it_records(roll: Roll, piece: SavedPiece) -> None:
    record(roll)
    roll.page.reload()
    wait_until(lambda: was_recorded(piece))


def test_another_address_is_opened_while_it_records(roll: Roll, piece: SavedPiece) -> None:
    record(roll)
    roll.page.goto("about:blank")
    wait_until(lambda: was_recorded(piece))


def test_a_tab_crashes_while_it_records(roll: Roll, server: Any, piece: SavedPiece) -> None:
    record(roll)
    context = roll.page.context
    with roll.page.expect_event("crash"), suppress(playwright.Error):
        roll.page.goto("chrome://crash")
    assert edited(piece) == []
    again = Roll(context.new_page(), server, piece)
    again.editor.get_by_text("A recording that was cut off").wait_for()
    wait_until(lambda: was_recorded(piece))
    again.button("Undo").click()
    again.saved()
    assert not was_recorded(piece)
    later = Roll(context.new_page(), server, piece)  # it is restored once
    later.page.wait_for_timeout(500)
    assert not was_recorded(piece) and again.problems == later.problems == []


def test_another_tab_leaves_a_recording_alone(roll: Roll, server: Any, piece: SavedPiece) -> None:
    record(roll)
    other = Roll(roll.page.context.new_page(), server, piece)
    other.page.wait_for_timeout(500)
    assert edited(piece) == []
    roll.button("Stop recording").click()
    wait_until(lambda: was_recorded(piece))


def test_a_tab_is_closed_in_the_middle_of_a_drag(roll: Roll, piece: SavedPiece) -> None:
    roll.page.mouse.move(*roll.place(12, 72))
    roll.page.mouse.down()
    roll.page.mouse.move(*roll.place(12, 67), steps=3)
    roll.page.close()
    wait_until(lambda: (0, 24, 67, 80, 0) in edited(piece))
