from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from musicgen.training.run_folder.archive import write_archive
from musicgen.training.run_folder.registry import list_runs
from tests.browser.browser_actions import (
    CURVES,
    choose,
    points,
    settle,
    wait_for_more_points,
    x_limits,
)
from tests.helpers.example_runs import add_epoch, make_alive, run_that_is
from tests.helpers.tiny_music import write_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME_TAKEN = "there is a run 'tunes quick' already"
STARTED = re.compile("Stop and save|Cancel")


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    """One server for all tests. The first one trains, before others leave a run that is alive."""
    return shared_server


def test_start_watch_leave_come_back_stop_and_compose(server, browser, browser_page):
    """Two people press Start at once: one gets the name, the other waits in the queue."""
    write_folder(server.home / "collections" / "tunes")
    rival = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    pages = (browser_page, rival)
    for page in pages:
        page.set_default_timeout(60_000)
        _fill_in(page, f"{server.url}/Train?collection=tunes")
    for page in pages:
        page.get_by_role("button", name="Start").click(no_wait_after=True)
    for page in pages:
        page.get_by_text(NAME_TAKEN).or_(page.get_by_role("button", name=STARTED)).first.wait_for()
    page, rival = sorted(pages, key=lambda page: page.get_by_text(NAME_TAKEN).count())
    assert [tab.get_by_text(NAME_TAKEN).count() for tab in (page, rival)] == [0, 1]
    _wait_in_the_queue_and_cancel(rival)
    first_settings, other_settings = (
        json.loads((server.home / "runs" / name / "run.json").read_text())
        for name in ("tunes quick", "the other")
    )
    assert other_settings == {**first_settings, "name": "the other"}
    rival.context.close()

    page.wait_for_selector(CURVES, timeout=180_000)
    assert "run=tunes+quick" in page.url
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0  # not at Start
    first = points(page)
    wait_for_more_points(page, first)
    link = page.url
    page.close()

    other = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    other.set_default_timeout(60_000)
    other.goto(link)
    other.wait_for_selector(CURVES)
    assert points(other) >= first
    _stop_and_compose(other, server.home / "runs/tunes quick/status.json")
    other.context.close()


def _wait_in_the_queue_and_cancel(page) -> None:
    """Start the run under another name, see its place in the queue, and cancel it."""
    _edit(page, "Name of the run", "the other")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("Place 2 in the queue").wait_for()
    assert "run=the+other" in page.url
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled while it waited.", exact=True).wait_for()


def _stop_and_compose(page, status: Path) -> None:
    """Stop the run `tunes quick`, and compose from it."""
    page.get_by_role("button", name="Stop and save").click()
    # It may still trace its first checkpoint, which takes a minute beside other programs.
    page.get_by_role("button", name="Resume").wait_for(timeout=180_000)
    assert json.loads(status.read_text())["state"] == "stopped"
    page.get_by_role("link", name="Compose from it").click()
    page.locator(".player canvas").wait_for()  # a piece of this very run
    assert "model=tunes+quick" in page.url


def _fill_in(page, url: str) -> None:
    """Fill the form for a very small model."""
    page.goto(url)
    page.get_by_text("All settings").click()
    choose(page, "Encoding", "notes")  # TensorFlow traces its model fastest
    values = {"Width": "16", "Layers": "1", "Window length": "16", "Batch size": "2"}
    for label, value in values.items():
        _edit(page, label, value)


def _edit(page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)


def test_the_zoom_stays_while_the_curve_grows(server, browser_page, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    run = run_that_is("running", epochs=120)
    page = browser_page
    make_alive(run)
    page.goto(f"{server.url}/Train?show=Watch&run=a+run")
    page.wait_for_selector(CURVES)
    settle(page)
    before, whole = points(page), x_limits(page)
    box = page.locator(f"{CURVES} .plot-area").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    zoomed = x_limits(page)
    assert whole[0] < zoomed[0] < zoomed[1] < whole[1]
    wait_for_more_points(page, before)  # finer ones
    assert x_limits(page) == zoomed
    before = points(page)
    add_epoch(run, 121)
    wait_for_more_points(page, before)
    assert x_limits(page) == zoomed
    finer = points(page)
    page.get_by_role("button", name="Show all").click()
    page.wait_for_selector(f'.curves:not([data-points="{finer}"])')
    assert points(page) < finer
    assert x_limits(page)[1] > whole[1]  # the new epoch, too

    # The comparison grows, too.
    page.get_by_text("Compare", exact=True).click()
    page.get_by_text("Settings that differ").wait_for()
    settle(page)
    before = points(page)
    add_epoch(run, 122)
    wait_for_more_points(page, before)


def test_two_browsers_see_a_run_go_on_and_its_first_checkpoint(
    server, browser_page, monkeypatch, tmp_path: Path
):
    """A page shows that another one has resumed the run, and offers its first checkpoint."""
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    run = run_that_is("stopped", "shared")
    page = browser_page
    page.goto(f"{server.url}/Train?show=Watch&run=shared")
    page.get_by_role("button", name="Resume").wait_for()
    make_alive(run, state="running")
    page.get_by_role("button", name="Stop and save").wait_for()
    assert not page.get_by_role("link", name="Compose from it").is_visible()
    (run.folder / "checkpoints" / "epoch-0003").mkdir(parents=True)
    best = run.folder / "checkpoints" / "best.json"
    best.write_text(json.dumps({"checkpoint": "epoch-0003"}))
    page.get_by_role("link", name="Compose from it").wait_for()

    # An import opens the run, and its popover closes.
    bundled = [run for run in list_runs() if run.bundled]
    with (tmp_path / "run.zip").open("wb") as file:
        write_archive(bundled[0], file)
    page.get_by_role("button", name="Import a run").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "run.zip")
    page.get_by_text(f"{bundled[0].name} 2 is here.").wait_for()
    settle(page)
    assert not page.get_by_test_id("stFileUploader").is_visible()
