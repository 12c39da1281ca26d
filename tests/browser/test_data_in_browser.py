from __future__ import annotations

from pathlib import Path

import pytest
from looking import CHART, settle
from tiny_music import write_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_import_a_folder_and_see_its_charts(studio, browser_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes")
    page = browser_page
    page.goto(f"{studio.url}/Data")
    page.wait_for_selector(CHART)
    page.get_by_role("button", name="Add music").click()
    path = page.get_by_label("A folder on this computer")
    path.fill(str(folder))
    path.press("Enter")
    page.get_by_role("button", name="Import the folder").click()
    page.get_by_text("12 files added to my tunes").wait_for()
    page.wait_for_selector(CHART)
    settle(page)
    assert page.locator(CHART).count() >= 3
    assert "collection=my+tunes" in page.url
    assert len(list((studio.home / "collections/my tunes").glob("*.mid"))) == 12

    page.get_by_role("link", name="Train on this collection").click()
    page.get_by_role("button", name="Start").wait_for()
    assert "collection=my+tunes" in page.url

    page.goto(f"{studio.url}/Data?collection=my+tunes&view=Pieces")  # a cold link
    page.get_by_text("12 pieces of 12").wait_for()


def test_a_bar_that_is_clicked_lists_its_pieces(studio, browser_page):
    page = browser_page
    page.goto(f"{studio.url}/Data?collection=bach-chorales")
    page.wait_for_selector(f"{CHART} .barlayer .point")
    settle(page)
    page.locator(f"{CHART} .barlayer .point").first.click(force=True)
    page.get_by_text("pieces with D4").wait_for()
    page.get_by_test_id("stDataFrame").wait_for()
