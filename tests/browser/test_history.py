"""Back leads to the view before: each view is one step of the browser's history."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.browser_actions import pick, settle
from tests.helpers.tiny_music import write_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_each_view_is_one_step_back(shared_server, shared_page) -> None:
    page, url = shared_page, shared_server.url
    page.goto(f"{url}/Train")
    settle(page)
    pick(page, "Compare")
    settle(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Data").click()
    page.get_by_role("heading", level=1, name="Data").wait_for()
    page.wait_for_url("**/Data?collection=*")
    settle(page)
    pick(page, "Rhythm")
    page.wait_for_url("**view=Rhythm*")
    settle(page)
    for address in ("/Data?collection=bach-chorales", "/Train?*show=Compare*", "/Train?*"):
        page.go_back()
        page.wait_for_url(f"**{address}")
        settle(page)
    assert "show=" not in page.url


def test_a_view_is_in_the_address_below_a_message_that_has_come(
    shared_server, shared_page, tmp_path: Path
) -> None:
    """Streamlit's own binding ends where a widget moves down the page."""
    page, [file] = shared_page, [*write_folder(tmp_path / "tunes", 1).iterdir()]
    for message in ("1 file added to My music", "Nothing new for My music"):
        page.goto(f"{shared_server.url}/Data")
        settle(page)
        page.get_by_role("button", name="Add music").click()
        page.locator("input[type=file]").first.set_input_files(file)
        page.get_by_text(message).wait_for()
        settle(page)
        for view in ("Rhythm", "Playing"):
            pick(page, view)
            page.wait_for_url(f"**collection=My+music&view={view}")
            settle(page)
        page.go_back()
        page.wait_for_url("**view=Rhythm")
        settle(page)


def test_a_tooltip_waits_until_the_mouse_moves(shared_server, shared_page) -> None:
    """What comes under a resting mouse would have its tooltip over the page that was opened."""
    page = shared_page
    page.goto(f"{shared_server.url}/Data")
    settle(page)
    tooltip = """const sign = document.createElement("div");
        [sign.dataset.testid, sign.textContent] = ["stTooltipContent", "help"];
        document.body.append(sign);"""
    page.evaluate(tooltip)
    shown = page.get_by_test_id("stTooltipContent")
    assert shown.is_visible()
    box = page.get_by_role("radio", name="Rhythm", exact=True).bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.up()
    settle(page)
    assert not shown.is_visible()
    page.mouse.move(box["x"] + 9, box["y"] + 5)
    shown.wait_for()


def test_the_list_of_pages_closes_on_a_telephone(shared_server, shared_page) -> None:
    page, wide = shared_page, shared_page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(shared_server.url)
    settle(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Data").click()
    page.get_by_role("heading", level=1, name="Data").wait_for()
    page.locator('[data-testid="stSidebar"][data-collapsed="true"]').wait_for(state="attached")
    page.set_viewport_size(wide)
