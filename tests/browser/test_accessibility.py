"""No page has a barrier that axe-core calls serious or critical.

`python -m benchmarks.browser.accessibility` looks at more states, in both themes at two widths.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.barriers import serious_barriers
from tests.browser.browser_actions import lowest_contrast, settle
from tests.helpers.tiny_runs import write_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESKTOP, PHONE = ("light", 1440), ("dark", 390)  # colour scheme, width in pixels
DISABLED_LABELS = (  # of a field, and of a toggle
    '[data-testid="stWidgetLabel"][disabled]',
    '[data-testid="stCheckbox"]:has(input:disabled)',
)
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


def test_labels_of_disabled_fields_can_be_read(shared_server, shared_page) -> None:
    """They are read to know what cannot be chosen; axe leaves disabled fields out."""
    write_run(shared_server.home / "runs", "plain")  # without an index of its training pieces
    page = shared_page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{shared_server.url}/Compose?model=plain")
        settle(page)
        page.get_by_text("Rules", exact=True).click()
        for label in ("Forbid copying", "Longest copy, notes"):
            page.get_by_text(label, exact=True).wait_for()
        assert page.get_by_label("Longest copy, notes", exact=True).is_disabled()
        assert page.get_by_label("Forbid copying", exact=True).is_disabled()
        for label in DISABLED_LABELS:
            contrast, text = lowest_contrast(page, label)
            assert text and contrast > 4.5, (scheme, label, text)
