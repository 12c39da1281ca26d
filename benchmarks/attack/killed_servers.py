"""kill -9 of the server at random moments, while a person uploads, trains, composes and deletes.

After a restart every page opens without an error, what the page had shown as done is there, and
nothing is there by half. Needs Chromium.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.attack.trainings import check_checkpoints
from benchmarks.shared.chromium import Browser, Page, PageTimeout, chromium
from benchmarks.shared.server import IDLE, server
from musicgen.bin import COLLECTIONS, list_bin
from musicgen.composing.records.saved_pieces import list_pieces
from musicgen.corpus.load import load_collection
from musicgen.corpus.user import user_collections
from musicgen.files import write_bytes
from musicgen.paths import pieces_folder
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE, RUNNING, STOPPED
from musicgen.training.worker import launch

MINE, UPLOADED = "mine", "My music"  # a collection that is there, and the one of uploads
FILES = 12  # of the collection that is there
FEW, MANY = FILES, 150  # uploads; many are sent in zips that the page makes
PRIMARY = "[data-testid=stBaseButton-primary]"
ERRORS = "[...document.querySelectorAll('[data-testid=stException]')].map((e) => e.innerText)[0]"
PIECE_SHOWN = "new URLSearchParams(location.search).get('piece')"
TRAINING_SECONDS = 240.0  # for the first batches of a training, and for its end
POLL_SECONDS = 0.2
TRIES = 3  # to open what a page shows beside itself


@dataclass(frozen=True)
class Work:
    """What a person does: pages to open, clicks up to the last one, and what must be there then."""

    address: str
    do: Callable[[Page, list[Path]], None]  # receives files to upload
    longest: float  # seconds from the last click to the kill
    check: Callable[[str], str]  # receives the piece that the page showed; returns what is there


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    choices = random.Random(seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scores = load_collection("bach-chorales").scores[:MANY]
        for number, score in enumerate(scores):
            write_bytes(folder / f"{number:03}.mid", midi_bytes(score))
        browser = stack.enter_context(chromium())
        for number in range(count):
            name, work = list(WORKS.items())[number % len(WORKS)]
            seconds = choices.uniform(0, work.longest)
            files = sorted(folder.iterdir())[: choices.choice((FEW, MANY))]
            yield f"{name}, {seconds:.2f} s", partial(_kill, browser, work, seconds, files)


def _kill(browser: Browser, work: Work, seconds: float, files: list[Path]) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["MUSICGEN_HOME"] = home
        own = [(path.name, path.read_bytes()) for path in files[:FILES]]
        user_collections.add_files(MINE, own)
        try:
            with server(Path(home)) as (url, pid), browser.page() as page:
                _open(page, f"{url}/{work.address}")
                work.do(page, files)
                time.sleep(seconds)
                shown = page.evaluate(PIECE_SHOWN) or ""
                os.kill(pid, signal.SIGKILL)
            with server(Path(home)) as (url, _), browser.page() as page:
                for address in ("", "Data", work.address, "Train?show=Compare", "Compose"):
                    _open(page, f"{url}/{address}")
            return work.check(shown)
        finally:
            for run in _own_runs():
                _stop(run)


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for(IDLE)
    if error := page.evaluate(ERRORS):
        raise Failed(f"{address}: {str(error)[:300]}")


def _upload(page: Page, files: list[Path]) -> None:
    page.choose_files("[data-testid=stFileUploaderDropzoneInput]", files)


def _check_upload(_: str) -> str:
    originals = {midi_bytes(score) for score in load_collection("bach-chorales").scores[:MANY]}
    path = user_collections.collection_path(UPLOADED)
    files = [file for file in path.iterdir() if file.suffix == ".mid"] if path else []
    contents = [file.read_bytes() for file in files]
    if not originals.issuperset(contents) or len(set(contents)) != len(contents):
        raise Failed(f"{len(files)} files, of which some are cut or there twice")
    if names := set(user_collections.own_collection_names()) - {MINE, UPLOADED}:
        raise Failed(f"there are collections that nobody made: {names}")
    return f"{len(files)} uploads" if len(files) in (0, FEW, MANY) else "some uploads"


def _compose(page: Page, _: list[Path]) -> None:
    page.click(PRIMARY, "Compose")


def _check_composed(shown: str) -> str:
    pieces = list_pieces()
    folders = list(pieces_folder().glob("[!.]*"))
    if len(folders) != len(pieces):
        raise Failed(f"{len(pieces)} of {len(folders)} pieces can be read")
    if shown and shown not in {piece.id for piece in pieces}:
        raise Failed(f"{shown} was shown and is lost")
    return "a shown piece" if shown else f"{len(pieces)} pieces, none shown yet"


def _delete(page: Page, _: list[Path]) -> None:
    for _try in range(TRIES):  # a page that is still drawn closes what is opened
        page.click("button", "Manage")
        with suppress(PageTimeout):
            page.wait_for("label", "Yes, delete", seconds=10)
            break
    page.click("label", "Yes, delete")
    page.click(PRIMARY, "Delete")


def _check_deleted(_: str) -> str:
    place = user_collections.collection_path(MINE)
    deleted = [item.folder for item in list_bin(COLLECTIONS)]
    folders = [*deleted, *([place] if place else [])]
    if [len(list(folder.glob("*.mid"))) for folder in folders] != [FILES]:
        raise Failed(f"the deleted collection is {folders}")
    return "deleted" if deleted else "not yet deleted"


def _train(page: Page, _: list[Path]) -> None:
    page.click(PRIMARY, "Start")


def _check_trained(_: str) -> str:
    runs = _own_runs()
    if not runs:
        return "no training yet"
    [run] = runs
    went_on = run.status().state in ALIVE
    if not went_on:  # killed before it had a process
        launch.resume(run)
    deadline = time.monotonic() + TRAINING_SECONDS
    while (status := run.status()).state in ALIVE and not (status.state == RUNNING and status.step):
        if time.monotonic() > deadline:
            raise Failed(f"it does not begin: {status}")
        time.sleep(POLL_SECONDS)
    _stop(run)
    if run.status().state != STOPPED:
        raise Failed(f"it ended as {run.status()}")
    check_checkpoints(run)
    return "a training that went on" if went_on else "a training that could be resumed"


def _own_runs() -> list[Run]:
    return [run for run in list_runs() if not run.bundled]


def _stop(run: Run) -> None:
    """Stop a training, if it is one, and wait for its end."""
    with suppress(launch.InvalidRunState):
        launch.stop(run)
    deadline = time.monotonic() + TRAINING_SECONDS
    while run.status().state in ALIVE and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


WORKS = {
    "upload": Work("Data?add=1", _upload, 2.0, _check_upload),
    "training": Work(f"Train?collection={MINE}", _train, 8.0, _check_trained),
    "composing": Work("Compose?model=fiddle", _compose, 5.0, _check_composed),
    "deleting": Work(f"Data?collection={MINE}", _delete, 0.5, _check_deleted),
}
ATTACK = Attack(
    "killed servers",
    "after a kill of the server all that was done is there, and nothing by half",
    count=80,
    sample=4,
    cases=cases,
)
