"""Files that are dropped on the Data page: all arrive, or the page says which did not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from tests.browser.browser_actions import overflow_pixels, settle, wait_until
from tests.helpers.tiny_music import tiny_pieces

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = 2000
UPLOADS = "**/_stcore/upload_file/**"


@pytest.fixture(scope="module")
def server(shared_server) -> Any:
    return shared_server


def write_files(folder: Path, count: int) -> list[Path]:
    """Small MIDI files that differ from each other."""
    folder.mkdir()
    data = midi_bytes(Score(tiny_pieces(1)[0].notes, name="tune 00000"))
    paths = [folder / f"{number}.mid" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(data.replace(b"00000", b"%05d" % number))
    return paths


@contextmanager
def failing(page: Any, number: int) -> Iterator[None]:
    """Uploads of which the first ones fail."""
    left = [number]

    def answer(route: Any) -> None:
        if left[0] and route.request.method == "PUT":
            left[0] -= 1
            route.abort()
        else:
            route.continue_()

    page.route(UPLOADS, answer)
    yield
    page.unroute(UPLOADS)


@contextmanager
def waiting(page: Any) -> Iterator[None]:
    """Uploads that go on after the block; at least one has begun by then."""
    routes: list[Any] = []
    page.route(UPLOADS, lambda route: routes.append(route))
    yield
    while not routes:
        page.wait_for_timeout(50)
    for route in routes:
        route.continue_()
    page.unroute(UPLOADS)


def open_uploader(server: Any, page: Any, collection: str) -> Any:
    """The input of the uploader, for a new collection."""
    page.goto(f"{server.url}/Data?collection=ryans-mammoth&view=Refused")
    page.get_by_test_id("stMetric").filter(has_text="Pieces").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Add music").click()
    target = page.get_by_label("Put uploads into")
    target.fill(collection)
    target.press("Enter")
    settle(page)
    return page.get_by_test_id("stFileUploaderDropzoneInput").first


def files_of(server: Any, collection: str) -> int:
    return len(list((server.home / "collections" / collection).glob("*.mid")))


def test_files_that_did_not_arrive_are_counted_and_sent_again(
    server, browser_page, tmp_path: Path
) -> None:
    page, paths = browser_page, write_files(tmp_path / "tunes", 12)
    (tmp_path / "tunes" / "words.txt").write_text("no music")
    uploader = open_uploader(server, page, "some lost")
    with failing(page, 4):
        uploader.set_input_files([*paths, tmp_path / "tunes" / "words.txt"])
        page.get_by_text(
            re.compile(r"13 files dropped, 8 arrived; 1 of other formats left out; 4 missing: \d")
        ).wait_for()
    assert page.get_by_text("come safely in a zip, or as a folder of this computer").is_visible()
    assert overflow_pixels(page) == 0
    settle(page)
    assert files_of(server, "some lost") == 8
    with failing(page, 1):  # again
        page.get_by_role("button", name="Send the 4 again").click()
        page.get_by_text(re.compile("; 1 missing")).wait_for()
    settle(page)
    page.get_by_role("button", name="Send the 1 again").click()
    page.get_by_text(re.compile(r"13 files dropped, 12 arrived; 1 of other formats")).wait_for()
    settle(page)
    assert files_of(server, "some lost") == 12
    page.get_by_role("button", name="Never mind").click()
    page.get_by_text("files dropped").wait_for(state="hidden")


def test_a_drop_of_which_nothing_arrives_is_reported(server, browser_page, tmp_path: Path) -> None:
    page, paths = browser_page, write_files(tmp_path / "tunes", 3)
    open_uploader(server, page, "all lost")
    names = [path.name for path in paths]
    transfer = page.evaluate_handle(
        """(names) => {
          const transfer = new DataTransfer();
          for (const name of names) transfer.items.add(new File(["MThd" + name], name));
          return transfer;
        }""",
        names,
    )
    with failing(page, 3):
        zone = page.get_by_test_id("stFileUploaderDropzone").first
        zone.dispatch_event("drop", {"dataTransfer": transfer})
        page.get_by_text("3 files dropped, 0 arrived; 3 missing").wait_for()
    page.keyboard.press("Escape")  # closes the popover, which covers it
    page.get_by_role("button", name="Send the 3 again").click()
    page.get_by_text("files dropped").wait_for(state="hidden")
    wait_until(lambda: files_of(server, "all lost") == 3)


def test_two_thousand_files_at_once_arrive(server, browser_page, tmp_path: Path) -> None:
    page, paths = browser_page, write_files(tmp_path / "tunes", MANY)
    uploader = open_uploader(server, page, "very many")
    with waiting(page):  # or all may be there before the count is seen
        uploader.set_input_files(paths)
        page.get_by_text("2,000 files dropped, 0 arrived so far").wait_for()
    wait_until(lambda: files_of(server, "very many") == MANY)
    page.get_by_text("files dropped").wait_for(state="hidden")


def test_many_files_that_did_not_arrive_are_sent_again(
    server, browser_page, tmp_path: Path
) -> None:
    page, paths = browser_page, write_files(tmp_path / "tunes", 150)
    uploader = open_uploader(server, page, "many lost")
    with failing(page, 1):
        uploader.set_input_files(paths)
        page.get_by_text("150 files dropped, 0 arrived; 150 missing: 0.mid").wait_for()
    page.keyboard.press("Escape")  # closes the popover, which covers it
    page.get_by_role("button", name="Send the 150 again").click()
    wait_until(lambda: files_of(server, "many lost") == 150)
    page.get_by_text("files dropped").wait_for(state="hidden")
