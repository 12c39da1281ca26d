"""No page has a barrier that axe-core calls serious or critical.

`python -m benchmarks.browser.accessibility` looks at more states, in both themes at two widths.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.barriers import serious_barriers
from tests.browser.browser_actions import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESKTOP, PHONE = ("light", 1440), ("dark", 390)  # colour scheme, width in pixels
PAGES = {"": DESKTOP, "Data?view=Pieces": PHONE, "Train?show=Compare": PHONE, "Compose": DESKTOP}


def test_no_page_has_a_barrier(shared_server, shared_page) -> None:
    page = shared_page
    found = {}
    for address, (scheme, width) in PAGES.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(f"{shared_server.url}/{address}")
        page.get_by_role("heading", level=1).wait_for()
        settle(page)
        found[address] = serious_barriers(page)
    assert found == {address: [] for address in PAGES}


def test_no_request_of_a_page_fails(shared_server, shared_page) -> None:
    failed: list[str] = []
    errors: list[str] = []
    page: Any = shared_page
    page.on("response", lambda answer: answer.status >= 400 and failed.append(answer.url))
    page.on("console", lambda line: line.type == "error" and errors.append(line.text))
    for address in ("Data", "Train", "Compose"):
        page.goto(f"{shared_server.url}/{address}")
        settle(page)
    assert failed == errors == []


def test_a_finished_piece_is_announced(shared_server, shared_page) -> None:
    shared_page.goto(f"{shared_server.url}/Compose")
    shared_page.get_by_role("button", name="Compose", exact=True).click()
    region = shared_page.get_by_role("status").filter(has_text="The piece is there")
    region.wait_for(state="attached")
