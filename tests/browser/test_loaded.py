"""What an app with an empty home folder loads: nothing from other hosts, and no TensorFlow."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from tests.browser.browser_actions import CHART, NO_PIECE, settle, wait_for_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = {  # by page: a text that is there when the page is drawn
    "": "Collections",
    "Data": "Vocabulary",
    "Train": "Device:",
    "Compose": "Character",
}


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    """One server for all tests; it composes no first piece unasked."""
    (shared_server.home / "pieces" / NO_PIECE).mkdir(parents=True)
    return shared_server


def test_no_page_requests_another_host(server, browser_page):
    urls: list[str] = []
    browser_page.on("request", lambda request: urls.append(request.url))
    for page, text in TEXTS.items():
        browser_page.goto(f"{server.url}/{page}")
        browser_page.get_by_text(text).first.wait_for()
        settle(browser_page)
    browser_page.goto(f"{server.url}/Data?view=Pieces")
    browser_page.get_by_test_id("stDataFrame").wait_for()
    browser_page.goto(f"{server.url}/Data?view=Rhythm")
    browser_page.wait_for_selector(CHART)
    icon = browser_page.locator("link[rel~=icon]").first.get_attribute("href")
    assert icon and "/media/" in icon
    hosts = {urlparse(url).hostname for url in urls if not url.startswith(("data:", "blob:"))}
    assert hosts == {"localhost"}


def test_the_first_piece_plays_without_tensorflow(server, browser_page):
    """Print how long the first click takes, and check what the server has loaded."""
    page = browser_page
    page.goto(f"{server.url}/Compose")
    page.get_by_role("button", name="Compose", exact=True).wait_for()
    settle(page)
    started = time.monotonic()
    page.get_by_role("button", name="Compose", exact=True).click()
    wait_for_sound(page)
    print(f"from click to roll and sound: {time.monotonic() - started:.2f} s")
    maps = Path(f"/proc/{server.pid}/maps")
    if maps.exists():
        assert "tensorflow" not in maps.read_text()
