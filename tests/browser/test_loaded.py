"""Pages load nothing from other hosts than the server."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest

from tests.browser.browser_actions import CHART, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = {  # by page: a text that is there when the page is drawn
    "": "Pieces composed",
    "Data": "Vocabulary",
    "Train": "Device:",
    "Compose": "Character",
}


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
