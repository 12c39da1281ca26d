"""Fixtures of the browser tests: a real server, a real Chromium.

`server` runs the app with an empty MUSICGEN_HOME of its own; `browser_page` a tab of a browser.
`shared_server` and `shared_page` are the same once for all tests of a file.
Tests that use them are skipped without Chromium or Playwright.

A worker's servers have the same address, and its tabs are opened by one that stays: Chromium shows
them in one process, which compiles Streamlit's scripts once. In a process for each tab that took
half of the processor time of a test. A tab begins without what other tests have stored.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tabs import Tabs
from tests.helpers.locations import ROOT

START_SECONDS = 60.0  # longest start of the server
FIRST_PORT, PORTS_OF_A_WORKER = 8600, 20  # below those that systems give to clients
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add the text of the page and the log of the server to a failure."""
    report = yield
    fixtures = getattr(item, "funcargs", {})
    if report.failed and (page := fixtures.get("browser_page")) is not None:
        with suppress(Exception):  # the browser itself may be what failed
            report.sections.append((f"page at {page.url}", page.inner_text("body")[-3000:]))
        if (server := fixtures.get("server")) is not None:
            report.sections.append(("server", server.log.read_text(errors="replace")[-3000:]))
    return report


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    home: Path  # its MUSICGEN_HOME
    pid: int
    log: Path  # its output


@pytest.fixture()
def server(tmp_path: Path, server_port: int) -> Iterator[Server]:
    with _served(tmp_path, server_port) as server:
        yield server


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, server_port: int) -> Iterator[Server]:
    with _served(tmp_path_factory.mktemp("server"), server_port) as server:
        yield server


@contextmanager
def _served(folder: Path, port: int) -> Iterator[Server]:
    home, log = folder / "home", folder / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = ["--server.headless", "true", "--server.port", str(port)]
    environment = {**os.environ, "MUSICGEN_HOME": str(home)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        url = f"http://localhost:{port}"
        _wait_for_health(url, process)
        yield Server(url, home, process.pid, log)
    finally:
        _stop_trainings(home)
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tabs(browser: Any, server_port: int) -> Iterator[Tabs]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield Tabs(context, f"http://localhost:{server_port}")
    context.close()


@pytest.fixture()
def browser_page(tabs: Tabs) -> Iterator[Any]:
    """A tab without what other tests have stored."""
    with tabs.opened() as page:
        yield page


@pytest.fixture(scope="module")
def shared_page(tabs: Tabs) -> Iterator[Any]:
    with tabs.opened() as page:
        yield page


@pytest.fixture(scope="session")
def server_port() -> int:
    """The port of a worker's servers, of which one runs at a time."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_PORT + worker * PORTS_OF_A_WORKER
    return next(filter(_is_free, range(first, first + PORTS_OF_A_WORKER)))


def _is_free(port: int) -> bool:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("", port))
        except OSError:
            return False
    return True


def _wait_for_health(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError("the server did not come up")


def _stop_trainings(home: Path) -> None:
    """Stop trainings that a test has left running."""
    for path in home.glob("runs/*/run.json"):
        (path.parent / "stop").touch()
