"""Music of a person's own: played into a piece without notes, and a SoundFont of their own."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.composing.editing.edited_pieces import open_piece
from musicgen.rendering.soundfonts.library import chosen_soundfont, shipped_soundfont
from tests.browser.browser_actions import playwright, settle, wait_until
from tests.browser.editing.test_editor_sound import FAKES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture()
def page(server: Any, browser_page: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    browser_page.add_init_script(FAKES)
    browser_page.goto(f"{server.url}/Compose?model=tiny")
    settle(browser_page)
    browser_page.get_by_role("button", name="Play or write my own").click()
    browser_page.locator(".editor[data-piece]").wait_for()
    settle(browser_page)
    return browser_page


def test_a_melody_is_recorded_where_no_piece_is_open(page: Any) -> None:
    editor = page.locator(".editor")
    assert editor.locator(".count").inner_text() == "0 notes"
    editor.get_by_role("button", name="Use a MIDI keyboard").click()
    editor.get_by_text("Connected: Fake keyboard").wait_for()
    editor.get_by_label("Count-in").select_option("none")
    editor.get_by_role("button", name="Record", exact=True).click()
    for pitch in (62, 65):
        page.wait_for_timeout(350)
        page.evaluate(f"window.playKey(0x90, {pitch}, 101)")
        page.wait_for_timeout(350)
        page.evaluate(f"window.playKey(0x80, {pitch}, 0)")
    editor.get_by_role("button", name="Stop recording").click()
    editor.get_by_text("All edits are saved").wait_for()
    piece = str(editor.get_attribute("data-piece"))
    rows = open_piece(piece).music().rows()
    assert [(row[2], row[3], row[4]) for row in rows] == [(62, 101, 0), (65, 101, 0)]
    page.get_by_text("2 notes", exact=False).first.wait_for()
    page.reload()
    page.get_by_role("radio", name="Edit", exact=True).click()
    page.locator(f'.editor[data-piece="{piece}"]').wait_for()  # the address is that of the piece
    playwright.expect(page.locator(".editor .count")).to_have_text("2 notes")


def test_a_soundfont_is_added_sounds_and_a_hostile_one_is_refused_by_name(page: Any) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    data = shipped_soundfont().file.read_bytes()

    def add(name: str, contents: bytes) -> None:
        page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": contents}
        )

    page.get_by_role("button", name="Sound").click()
    add("broken.sf2", data[:-100])
    page.get_by_text("broken.sf2 cannot be used: it is cut off, or damaged").wait_for()
    add("Upright.sf2", data)
    page.get_by_text("Upright sounds from now on.").wait_for()
    wait_until(lambda: chosen_soundfont().name == "Upright")
    page.keyboard.press("Escape")
    settle(page)
    key = page.locator('.editor .piano-keys [data-pitch="60"]')
    key.hover()
    page.mouse.down()  # it loads the sound, and sounds from then on for as long as it is held
    wait_until(lambda: page.evaluate("window.analyser ? window.peak() : 0") > 0.001)
    page.mouse.up()
    assert any(f"{chosen_soundfont().digest}/soundfont" in url for url in loaded)
