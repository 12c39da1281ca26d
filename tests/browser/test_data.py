from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from musicgen.corpus.load import load_collection
from musicgen.rendering.midi import midi_bytes
from tests.browser.blocked_files import blocked
from tests.browser.browser_actions import CHART, settle, wait_until
from tests.helpers.tiny_music import tiny_pieces, write_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    """One server for all tests: each has a collection of its own, or a bundled one."""
    return shared_server


def test_import_a_folder_and_see_its_charts(server, browser_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes")
    page = browser_page
    page.goto(f"{server.url}/Data")
    page.wait_for_selector(CHART)
    page.get_by_role("button", name="Add music").click()
    path = page.get_by_label("Or a folder, a zip or a file by its place on this computer")
    path.fill(str(folder))
    path.press("Enter")
    page.get_by_role("button", name="Import the folder").click()
    page.get_by_text("12 files added to my tunes").wait_for()
    page.wait_for_selector(CHART)
    settle(page)
    assert page.locator(CHART).count() >= 3
    assert "collection=my+tunes" in page.url
    assert len(list((server.home / "collections/my tunes").glob("*.mid"))) == 12

    page.get_by_role("button", name="Train on this collection").click()
    page.get_by_role("button", name="Start").wait_for()
    assert "collection=my+tunes" in page.url

    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/Data?collection=my+tunes&view=Pieces")  # a cold link
    page.get_by_text("12 files of 12").wait_for()
    for view, sign in (("Vocabulary", "Chord sizes"), ("Notes", "Keyboard")):
        page.get_by_role("radio", name=view, exact=True).click()
        page.get_by_text(sign, exact=True).wait_for()
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.get_by_test_id("stMain").evaluate(
            "element => element.scrollWidth <= innerWidth"
        )
    page_colour = page.get_by_test_id("stApp").evaluate(
        "element => getComputedStyle(element).backgroundColor"
    )
    text_colour = page.locator(".xtick text").first.evaluate(
        "element => getComputedStyle(element).fill"
    )
    assert brightness(page_colour) < 50 and brightness(text_colour) > 150


def brightness(colour: str) -> float:
    """Return the mean of red, green and blue of a CSS colour, 0 to 255."""
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def test_a_click_on_a_bar_lists_its_pieces(server, browser_page):
    page = browser_page
    page.goto(f"{server.url}/Data?collection=bach-chorales")
    page.wait_for_selector(f"{CHART} .barlayer .point")
    settle(page)
    page.locator(f"{CHART} .barlayer .point").first.click(force=True)
    heading = page.get_by_text("pieces with D4")
    heading.wait_for()
    page.get_by_test_id("stDataFrame").wait_for()
    match = re.search(r"(\d+) pieces with D4", heading.inner_text())
    assert match and 300 < int(match[1]) < 409  # D4 is in most of the chorales, not in all


def test_the_selected_piece_of_a_sorted_table_is_in_the_url(server, browser_page):
    page = browser_page
    page.goto(f"{server.url}/Data?collection=bach-chorales&view=Pieces")
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    settle(page)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 258, box["y"] + 17)  # the head of the column of notes
    settle(page)
    page.mouse.click(box["x"] + 15, box["y"] + 52)  # the box before the first row
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause").wait_for()  # it plays
    page.wait_for_url("**piece=*")
    file = parse_qs(urlparse(page.url).query)["piece"][0]
    page.get_by_role("strong").filter(has_text=file).wait_for()
    chorales = load_collection("bach-chorales")
    notes = {
        file.file: len(score) for file, score in zip(chorales.files, chorales.scores, strict=True)
    }
    assert notes[file] == min(notes.values())

    page.goto(page.url)  # a cold link
    page.get_by_role("strong").filter(has_text=file).wait_for()
    page.get_by_role("radio", name="Notes", exact=True).click()
    page.wait_for_selector(f"{CHART} .barlayer .point")
    settle(page)
    assert "piece=" not in page.url


def test_the_clicked_bar_is_in_the_url(server, browser_page):
    page = browser_page
    page.goto(f"{server.url}/Data?collection=bach-chorales&bar=Pitch+classes:+E")
    page.get_by_text("pieces with E").wait_for()
    settle(page)
    bar = page.locator(f"{CHART} .barlayer .point").first
    label = page.locator(f"{CHART} .hoverlayer .hovertext").first

    def is_labelled() -> bool:  # else Plotly ignores a click; it may draw the chart meanwhile
        page.mouse.move(0, 0)
        bar.hover(force=True)
        return bool(label.is_visible())

    wait_until(is_labelled)
    bar.click(force=True)
    page.wait_for_url("**bar=notes-and-chords*D4*")
    bar_in_url = parse_qs(urlparse(page.url).query)["bar"]
    assert bar_in_url == ["notes-and-chords: D4"]


def test_a_cancelled_import_keeps_the_files_copied_so_far(server, browser_page, tmp_path: Path):
    folder, many = write_folder(tmp_path / "very many"), 12
    page = browser_page
    page.goto(f"{server.url}/Data?collection=ryans-mammoth&view=Refused")
    page.get_by_test_id("stMetric").filter(has_text="Pieces").first.wait_for()  # it is read
    page.get_by_role("button", name="Add music").click()
    path = page.get_by_label("Or a folder, a zip or a file by its place on this computer")
    path.fill(str(folder))
    path.press("Enter")
    with blocked(sorted(folder.iterdir())[1:]) as files:
        page.get_by_role("button", name="Import the folder").click()
        page.get_by_text(re.compile(r"Copying the folder: 1 of 12, about .+ left")).wait_for()
        page.get_by_role("button", name="Cancel").click()
        files.release_until(page.get_by_text("files added to very many").is_visible)
    copied = len(list((server.home / "collections/very many").glob("*.mid")))
    assert 0 < copied < many
    metric = page.get_by_test_id("stMetric").filter(has_text="Pieces")
    metric.get_by_text(f"{copied:,}", exact=True).wait_for()
    assert not list((server.home / "collections").glob(".unfinished*"))


def test_a_reading_that_another_window_waits_for_is_not_cancelled(server, browser, browser_page):
    folder, many = write_folder(server.home / "collections/slow"), 12
    progress = re.compile(r"Reading the collection: 1 of 12")
    context = browser.new_context()
    other = context.new_page()
    other.set_default_timeout(60_000)
    with blocked(sorted(folder.iterdir())[1:]) as files:
        for page in (browser_page, other):
            page.goto(f"{server.url}/Data?collection=slow")
            page.get_by_text(progress).wait_for()
        other.get_by_role("button", name="Cancel").click()
        other.get_by_text("the reading goes on").wait_for()
        assert browser_page.get_by_text(progress).is_visible()
        browser_page.get_by_role("button", name="Cancel").click()
        files.release_until(browser_page.get_by_text("The reading was cancelled").is_visible)
    metric = browser_page.get_by_test_id("stMetric").filter(has_text="Pieces")
    assert 0 < int(metric.inner_text().split()[-1].replace(",", "")) < many
    context.close()


# Whether the buttons that a table shows under the mouse lie over another one of the page.
COVERED = """() => {
    const boxes = (id) => [...document.querySelectorAll(`[data-testid="${id}"]`)]
        .map((element) => element.getBoundingClientRect()).filter((box) => box.width);
    const bars = boxes("stElementToolbarButtonContainer");
    const buttons = [...boxes("stDownloadButton"), ...boxes("stButton")];
    const meets = (a, b) => a.left < b.right && b.left < a.right
        && a.top < b.bottom && b.top < a.bottom;
    return bars.length ? bars.some((bar) => buttons.some((button) => meets(bar, button))) : null;
}"""


@pytest.mark.parametrize("width", [1440, 390])
def test_the_buttons_of_a_table_cover_no_other(server, browser_page, width: int):
    browser_page.set_viewport_size({"width": width, "height": 1000})
    for view in ("Pieces", "Parts"):
        browser_page.goto(f"{server.url}/Data?collection=bach-chorales&view={view}")
        browser_page.get_by_test_id("stDataFrame").first.wait_for()
        settle(browser_page)
        browser_page.get_by_test_id("stDataFrame").first.hover()
        wait_until(lambda: browser_page.evaluate(COVERED) is not None)
        assert browser_page.evaluate(COVERED) is False, view


def test_tables_are_downloaded_as_csv(server, browser_page):
    files = [("good.mid", midi_bytes(tiny_pieces(1)[0])), ("a 'b', \"c\" 🎻.mid", b"MThd nothing")]
    folder = server.home / "collections/mixed"
    folder.mkdir(parents=True)
    for name, data in files:
        (folder / name).write_bytes(data)
    refused = {"file": "=1+1.txt", "reason": "no music", "remedy": "write some"}
    (folder / ".imports.json").write_text(json.dumps({"sources": [], "refused": [refused]}))
    page = browser_page

    def downloaded(view: str, button: str) -> list[dict[str, str]]:
        page.goto(f"{server.url}/Data?collection=mixed&view={view}")
        download_button = page.get_by_test_id("stDownloadButton").get_by_role("button", name=button)
        download_button.wait_for()
        settle(page)
        with page.expect_download() as download:
            download_button.click()
        with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    report, at_import = downloaded("Refused", "Save the report")
    assert report["file"] == files[1][0] and report["reason"]
    assert at_import == {**refused, "file": "'=1+1.txt"}  # no formula
    pieces = downloaded("Pieces", "Download as CSV")
    assert [row["file"] for row in pieces] == ["good.mid", files[1][0], "'=1+1.txt"]
    assert pieces[1]["status"] == f"refused: {report['reason']}"
    assert (pieces[2]["status"], pieces[2]["remedy"]) == ("refused: no music", "write some")
    tokens = downloaded("Vocabulary&part=All+tokens", "Download as CSV")
    assert sum(int(row["times"]) for row in tokens) == int(float(pieces[0]["tokens"]))
