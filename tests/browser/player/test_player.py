"""The roll player in Chromium, on a page of its own."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.browser_actions import (
    SOUND_PROBE,
    drag_over_bars,
    loudest,
    sound,
    wait_until,
)
from tests.browser.player.player_page import served_player

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

# Opacity of the canvas at a place in pixels, 0 to 255.
OPACITY = """(canvas, [x, y]) => {
    const r = window.devicePixelRatio;
    return canvas.getContext("2d").getImageData(x * r, y * r, 1, 1).data[3];
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_player(tmp_path_factory.mktemp("player")) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser: Any, address: str) -> Iterator[Any]:
    """One tab for all tests, so that Streamlit's scripts are loaded once."""
    tab = browser.new_page()
    tab.on("pageerror", lambda problem: tab.problems.append(str(problem)))
    tab.on("request", lambda request: record_other_host(tab.other_hosts, request.url, address))
    yield tab
    tab.close()


@pytest.fixture
def page(tab: Any, address: str) -> Iterator[Any]:
    """The page, freshly loaded."""
    tab.problems, tab.other_hosts = [], []
    tab.set_viewport_size({"width": 1000, "height": 700})
    tab.goto(address)
    playwright.expect(tab.locator(".player .position")).to_have_text(
        re.compile("bar 1"), timeout=30_000
    )
    yield tab
    assert tab.problems == []


def record_other_host(urls: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "blob:", "data:")):
        urls.append(url)


def test_the_playhead_and_the_sound_follow_the_tempo_map(tab: Any, address: str) -> None:
    tab.problems, tab.other_hosts = [], []
    tab.goto(f"{address}/?band=1")
    position, tempo = tab.locator(".player .position"), tab.locator(".player .beats")
    playwright.expect(position).to_have_text("bar 1 · 0:00 / 0:30", timeout=30_000)
    tab.locator(".player .scroller").focus()
    # At 120 a bar takes 2 s, at 150 1.6 s, at 100 2.4 s.
    for bar, seconds, quarters in ((4, 6, 120), (5, 8, 150), (12, 19.2, 150), (13, 20.8, 100)):
        while not position.inner_text().startswith(f"bar {bar} "):
            tab.keyboard.press("PageDown")
        assert sound(tab)["now"] == pytest.approx(seconds, abs=0.01)
        playwright.expect(tempo).to_have_text(f"♩ = {quarters}")
    playwright.expect(tab.locator(".player .parts")).to_contain_text("Lead Flute")
    assert tab.problems == []


def test_it_plays_pauses_and_goes_on_over_a_rerun(page: Any) -> None:
    assert sound(page)["duration"] == 20
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: sound(page)["now"] > 0.3)
    before = sound(page)
    page.get_by_role("button", name="again").click()
    wait_until(lambda: sound(page)["now"] > before["now"] + 0.5)
    assert not sound(page)["paused"]
    page.get_by_role("button", name="Pause").click()
    assert sound(page)["paused"]


def test_a_click_seeks(page: Any) -> None:
    box = page.locator(".player canvas").bounding_box()
    page.mouse.click(box["x"] + 40 + (box["width"] - 40) * 0.56, box["y"] + 200)
    assert sound(page)["now"] == pytest.approx(11.2, abs=0.1)
    playwright.expect(page.locator(".player .position")).to_have_text("bar 6 · 0:11 / 0:20")


def test_bars_that_are_dragged_over_are_selected_and_looped(page: Any) -> None:
    before = page.locator(".player canvas").bounding_box()
    drag_over_bars(page, 2.5, 4.5, 10)
    playwright.expect(page.get_by_text("bars (2, 4)")).to_be_visible(timeout=15_000)
    assert page.locator(".player canvas").bounding_box() == before  # the roll does not move
    playwright.expect(page.locator(".player .selection")).to_have_text("Bars 3 to 5 ✕")
    page.get_by_role("button", name="Loop").click()
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: not sound(page)["paused"])
    assert 4 <= sound(page)["now"] < 10  # it starts at the selected bars
    page.locator(".player .selection").click()
    playwright.expect(page.get_by_text("bars None")).to_be_visible(timeout=15_000)


def test_everything_is_done_by_keyboard(page: Any) -> None:
    page.locator(".player .scroller").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert sound(page)["now"] == pytest.approx(1.5, abs=0.01)  # three quarters at 120
    page.keyboard.press("PageDown")
    assert sound(page)["now"] == pytest.approx(2.0, abs=0.01)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    playwright.expect(page.get_by_text("bars (1, 2)")).to_be_visible(timeout=15_000)
    page.keyboard.press("Space")
    wait_until(lambda: not sound(page)["paused"])
    page.keyboard.press("Space")
    page.keyboard.press("Home")
    assert sound(page)["paused"] and sound(page)["now"] == 0
    slider = page.get_by_role("slider", name="Position in the piece")
    assert slider.get_attribute("aria-valuetext") == "bar 1 · 0:00 / 0:20 · C4"


def test_tempo_changes_the_speed(page: Any) -> None:
    page.locator(".player .tempo").fill("150")
    assert sound(page)["speed"] == 1.5
    playwright.expect(page.locator(".player .beats")).to_have_text("♩ = 180")
    said = page.locator(".player .kept-tempo")
    playwright.expect(said).to_have_text(
        "Played at 150%. The piece and its downloads keep ♩ = 120."
    )


def test_a_part_is_muted_and_soloed_while_it_plays(tab: Any, address: str) -> None:
    tab.add_init_script(SOUND_PROBE)
    tab.problems, tab.other_hosts = [], []
    tab.goto(f"{address}/?band=1")
    tab.locator(".player .parts li").first.wait_for()
    tab.get_by_role("button", name="Loop").click()
    tab.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: loudest(tab) > 1e-3)
    mutes = tab.locator(".player .mute")
    for index in range(mutes.count()):
        mutes.nth(index).click()
    wait_until(lambda: loudest(tab) == 0)
    assert not sound(tab)["paused"]
    mutes.first.click()
    wait_until(lambda: loudest(tab) > 1e-3)
    assert tab.problems == []


def test_the_sound_device_sleeps_half_a_minute_after_the_last_sound(browser, address) -> None:
    tab = browser.new_page()
    tab.clock.install()
    tab.add_init_script(SOUND_PROBE)
    tab.goto(address)
    tab.get_by_role("button", name="Loop").click()
    tab.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: loudest(tab) > 1e-3)
    tab.clock.fast_forward(31_000)
    assert tab.evaluate("window.analyser.context.state") == "running"  # it still plays
    tab.get_by_role("button", name="Pause", exact=True).click()
    tab.clock.fast_forward(31_000)
    wait_until(lambda: tab.evaluate("window.analyser.context.state") == "suspended")
    tab.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: loudest(tab) > 1e-3)
    tab.close()


def test_a_copied_passage_is_a_button_whose_label_is_not_markup(page: Any) -> None:
    button = page.get_by_role("button", name="<b id=bold>4 notes</b> of a tune")
    button.click()
    playwright.expect(page.get_by_text("mark 1")).to_be_visible(timeout=15_000)
    assert page.locator("#bold").count() == 0
    assert sound(page)["now"] == pytest.approx(4.0, abs=0.01)


def test_copied_passages_come_first_and_shared_ones_on_request(page: Any) -> None:
    marks = page.locator(".player .marks")
    copied = marks.get_by_role("button", name="4 notes")
    playwright.expect(copied).to_be_visible()
    shared = marks.get_by_role("button", name="passage 0 that is shared")
    playwright.expect(shared).to_be_hidden()
    marks.get_by_text("13 short passages also in training pieces").click()
    assert marks.locator("button").all_inner_texts()[:3] == [
        "<b id=bold>4 notes</b> of a tune",
        "shared",
        "passage 0 that is shared",
    ]
    page.set_viewport_size({"width": 390, "height": 700})
    assert marks.evaluate("e => e.scrollHeight - e.clientHeight") == 0  # none is cut off
    shared.click()
    playwright.expect(page.get_by_text("mark 2")).to_be_visible(timeout=15_000)
    playwright.expect(shared).to_be_visible()  # the list stays open


def test_the_note_under_the_pointer_is_described(page: Any) -> None:
    box = page.locator(".player canvas").bounding_box()
    quarter = (box["width"] - 40) / 40
    row = 298 / 26  # from F3 to F♯5: the notes lie between C4 and B4
    page.mouse.move(box["x"] + 40 + 1.5 * quarter, box["y"] + 22 + (78 - 61 + 0.5) * row)
    playwright.expect(page.locator(".player .note")).to_have_text("D♭4, bar 1 beat 2, 1/4")


def test_no_other_host_is_contacted(page: Any) -> None:
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: sound(page)["now"] > 0)
    assert page.other_hosts == []


def opacity(page: Any, x: float, y: float) -> int:
    return int(page.locator(".player canvas").evaluate(OPACITY, [x, y]))


def test_the_primer_is_shaded(page: Any) -> None:
    width = page.locator(".player canvas").bounding_box()["width"] - 40
    bar, lowest_row = width / 10, 318  # the primer is bar 1; no note is in the lowest row
    assert opacity(page, 40 + 0.5 * bar, lowest_row) > 35
    assert opacity(page, 40 + 1.5 * bar, lowest_row) < 20
    playwright.expect(page.locator(".player .legend")).to_contain_text("beginning")


def test_the_keys_are_described_on_request(page: Any) -> None:
    description = page.locator(".player #player-keys")
    assert page.locator(".player .scroller").get_attribute("aria-describedby") == "player-keys"
    playwright.expect(description).to_be_hidden()
    page.get_by_text("Mouse, touch and keys").click()
    playwright.expect(description).to_contain_text("space plays and pauses")


def test_screen_readers_get_the_notes_at_the_playhead_unless_it_plays(
    page: Any,
) -> None:
    slider = page.locator(".player .scroller")
    slider.focus()
    page.keyboard.press("PageDown")
    playwright.expect(slider).to_have_attribute("aria-valuetext", "bar 2 · 0:02 / 0:20 · E4")
    page.keyboard.press("ArrowRight")
    playwright.expect(slider).to_have_attribute("aria-valuetext", "bar 2 · 0:02 / 0:20 · F4")
    page.keyboard.press("Space")
    wait_until(lambda: sound(page)["now"] > 3)
    assert "F4" in slider.get_attribute("aria-valuetext")
    page.keyboard.press("Space")
    playwright.expect(slider).not_to_have_attribute("aria-valuetext", re.compile("F4"))


def test_a_whole_piece_stays_in_view_in_a_narrower_window_unless_it_was_zoomed(page: Any) -> None:
    scroller = page.locator(".player .scroller")
    overflow = "scroller => scroller.scrollWidth - scroller.clientWidth"
    for width in (1000, 700, 980):  # a scrollbar of the page does the same to the player
        page.set_viewport_size({"width": width, "height": 700})
        wait_until(lambda: scroller.evaluate(overflow) == 0)
    page.locator(".player .zoom-in").click()
    assert scroller.evaluate(overflow) > 100
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_timeout(300)
    assert scroller.evaluate(overflow) > 100
