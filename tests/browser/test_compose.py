"""The Compose page in a browser: play, seek, compose bars again, download, come back."""

from __future__ import annotations

import io
import json
import re
import wave
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pytest

from musicgen.corpus.readers.read_score import read_score
from tests.browser.browser_actions import (
    NO_PIECE,
    compose_page,
    drag_over_bars,
    lowest_contrast,
    overflow_pixels,
    settle,
    sound,
    wait_for_sound,
    wait_until,
    write_small_model,
)
from tests.helpers.tiny_music import write_folder
from tests.helpers.tiny_runs import planted_copy

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    """One server for all tests, with a small model; each composes in a session of its own."""
    write_folder(shared_server.home / "collections/tunes")
    write_small_model(shared_server.home, source="tunes")
    return shared_server


@pytest.fixture()
def page(server, browser_page) -> Any:
    """The Compose page with a small model."""
    with compose_page(server, browser_page) as page:
        yield page


def compose(page: Any, bars: int = 8) -> None:
    fill_in(page, "Bars", bars)
    page.get_by_role("button", name="Compose", exact=True).click()
    wait_for_sound(page)
    settle(page)


def fill_in(page: Any, label: str, value: float) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")
    settle(page)
    assert float(field.input_value()) == value


def download(page: Any, label: str) -> tuple[str, bytes]:
    """Click a download button; return the name of the file and its bytes."""
    with page.expect_download() as event:
        page.locator(".st-key-downloads").get_by_role("button", name=label).click()
    return event.value.suggested_filename, Path(event.value.path()).read_bytes()


def test_a_piece_is_composed_played_and_downloaded(page):
    compose(page)
    assert page.locator(".player canvas").bounding_box()["height"] > 100
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: sound(page)["now"] > 0.3)
    page.get_by_role("button", name="Pause").click()
    box = page.locator(".player canvas").bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.7 * box["height"])
    assert sound(page)["now"] == pytest.approx(sound(page)["duration"] / 2, rel=0.2)

    name, midi = download(page, "MIDI")
    assert re.fullmatch(r"Piece-in-[\w-]+-bars-\d+(-\d+)?\.mid", name)
    played = pretty_midi.PrettyMIDI(io.BytesIO(midi))
    assert sum(len(track.notes) for track in played.instruments) > 0
    _, settings = download(page, "Settings")
    assert str(json.loads(settings)["settings"]["seed"]) in name
    _, wav = download(page, "WAV")
    with wave.open(io.BytesIO(wav)) as file:
        seconds = file.getnframes() / file.getframerate()
        assert np.frombuffer(file.readframes(file.getnframes()), "<i2").any()
    assert seconds == pytest.approx(played.get_end_time() + 2, abs=0.1)
    _, musicxml = download(page, "MusicXML")
    assert len(read_score(musicxml, "piece.musicxml")) == len(read_score(midi, "piece.mid"))
    _, pdf = download(page, "PDF")
    assert pdf.startswith(b"%PDF-")
    _, svg = download(page, "SVG")
    assert ET.fromstring(svg).tag.endswith("svg")


def test_the_address_finds_the_piece_or_composes_it_again(page, server, browser):
    compose(page)
    link, (_, midi) = page.url, download(page, "MIDI")
    assert "settings=" in link
    page.reload()
    wait_for_sound(page)
    settle(page)
    assert download(page, "MIDI")[1] == midi
    for folder in (server.home / "pieces").iterdir():
        if folder.name != NO_PIECE:
            folder.rename(server.home / f"removed-{folder.name}")
    other = browser.new_context(accept_downloads=True).new_page()
    other.goto(link)
    wait_for_sound(other)
    settle(other)
    again = download(other, "MIDI")[1]
    assert read_score(again, "piece.mid") == read_score(midi, "piece.mid")
    other.context.close()


def test_settings_and_piece_stay_when_another_page_is_visited(page):
    compose(page, bars=5)
    link = page.url
    page.get_by_role("link", name="Data").click()
    page.get_by_role("heading", name="Data").wait_for()
    settle(page)
    page.get_by_role("link", name="Compose").click()
    wait_for_sound(page)
    settle(page)
    assert page.get_by_label("Bars", exact=True).input_value() == "5"
    assert page.url == link


def test_a_long_piece_is_stopped_and_the_bars_written_so_far_are_kept(page):
    # The small model would be done before it could be stopped.
    page.goto(page.url.split("?")[0] + "?model=chorales")
    page.get_by_text("Learned from Bach chorales").wait_for()
    fill_in(page, "Bars", 1000)
    page.get_by_role("button", name="Compose", exact=True).click()
    page.get_by_text(re.compile(r"Writing: bar \d+ of 1000")).wait_for()
    page.locator(".player canvas").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text(re.compile("stopped$")).wait_for()
    settle(page)
    wait_for_sound(page)
    settle(page)
    score = read_score(download(page, "MIDI")[1], "piece.mid")
    assert 1 <= score.bars < 1000


def test_bars_selected_in_the_player_are_composed_again(page):
    compose(page, bars=10)
    before = read_score(download(page, "MIDI")[1], "piece.mid")
    drag_over_bars(page, 4.2, 8.8, 10)
    settle(page)
    page.get_by_role("button", name="Compose bars 5 to 9 again").click()
    page.get_by_text("bars 5 to 9 of").wait_for()
    wait_for_sound(page)
    settle(page)
    after = read_score(download(page, "MIDI")[1], "piece.mid")
    inside = [(s.notes["start"] >= 4 * 96) & (s.notes["start"] < 9 * 96) for s in (before, after)]
    outside = [
        score.notes[~within][["start", "pitch"]]
        for score, within in zip((before, after), inside, strict=True)
    ]
    assert outside[0].tolist() == outside[1].tolist()
    assert before != after


def test_a_click_on_a_copied_passage_shows_it_beside_its_source(server, browser_page, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    page = browser_page
    page.goto(f"{server.url}/Compose?piece={planted_copy().id}")
    wait_for_sound(page)
    page.get_by_role("button", name="20 notes as in melody 03, bar 1").click()
    page.get_by_text("In melody 03, bar 1").wait_for()
    sounds = page.locator(".st-key-side-by-side-mark audio")
    wait_until(lambda: sounds.count() == 2)
    durations = [sounds.nth(n).evaluate("a => a.play().then(() => a.duration)") for n in range(2)]
    assert durations[0] == pytest.approx(durations[1], rel=0.25)


def test_what_is_asked_for_below_shows_that_it_is_written(page):
    wide = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 500})
    page.locator('[data-testid="stMain"]').evaluate("main => main.scrollTo(0, main.scrollHeight)")
    page.locator(".st-key-compose button").evaluate("button => button.click()")
    page.wait_for_function(
        """() => {
          const result = document.querySelector(".st-key-compose-result");
          const { top, bottom } = result.getBoundingClientRect();
          return bottom > 0 && top < innerHeight;
        }"""
    )
    settle(page)
    page.set_viewport_size(wide)


def test_every_view_fits_a_phone_and_is_legible_in_dark_and_light(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.reload()
    settle(page)
    compose(page)
    wait_until(lambda: 0 < page.locator(".player").bounding_box()["y"] < 844 - 420)
    for view, text in (
        ("How good", "This piece among those of the collection"),
        ("Originality", "Longest shared passage"),
        ("Change", "Continue it"),
    ):
        page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view)).click()
        page.get_by_text(text).wait_for()
        assert page.get_by_text(text).count() == 1
        assert overflow_pixels(page) == 0
        assert lowest_contrast(page) > (4.5, "")
    page.get_by_role("radio", name="Score").or_(
        page.get_by_test_id("stButtonGroup").get_by_role("button", name="Score")
    ).click()
    printed = page.get_by_role("img", name="The piece in print, page 1 of").first
    # It has no box for a moment, while the page around it is drawn anew.
    wait_until(lambda: (printed.bounding_box() or {"height": 0})["height"] > 100)
    assert overflow_pixels(page) == 0
    page.emulate_media(color_scheme="light")
    page.reload()
    wait_for_sound(page)
    settle(page)
    assert lowest_contrast(page) > (4.5, "")
