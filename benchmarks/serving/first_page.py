"""From the start of the server to the first page, and what the server holds after all pages.

    python -m benchmarks.serving.first_page [--rounds 5]

The time ends when the heading of the home page is visible. A browser is open before: one that has
never seen the program, and one that has and so keeps its scripts compiled. Then one server shows
every page and view, and a piece is composed; its resident memory is printed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.shared.chromium import Page, chromium
from benchmarks.shared.server import IDLE, free_port, server

HEADING = "h1"
PRIMARY = "[data-testid=stBaseButton-primary]"
PAGES = (
    "Data?collection=bach-chorales",
    *(f"Data?view={view}" for view in ("Parts", "Rhythm", "Playing", "Vocabulary", "Pieces")),
    "Train",
    "Train?run=chorales",
    "Train?show=Compare",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    port = free_port()
    seconds: dict[str, list[float]] = {}
    with chromium() as browser, browser.page() as known:
        _first_page(known, port)
        for _ in range(arguments.rounds):
            seconds.setdefault("known browser", []).append(_first_page(known, port))
            with chromium() as other, other.page() as new:
                seconds.setdefault("new browser", []).append(_first_page(new, port))
        megabytes = _memory_after_all_pages(known)
    answer = {name: [round(value, 2) for value in sorted(of)] for name, of in seconds.items()}
    if arguments.json:
        print(json.dumps({"seconds": answer, "memory, MB": megabytes}))
        return
    for name, values in answer.items():
        print(f"{name}: the first page after {values} s")
    print(f"memory of the server after all pages: {megabytes} MB")


def _first_page(page: Page, port: int) -> float:
    """Seconds from the start of a server to its first page."""
    page.goto("about:blank")
    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        with server(Path(home), port=port) as (url, _):
            page.goto(url)
            page.wait_for(HEADING)
            return time.perf_counter() - started


def _memory_after_all_pages(page: Page) -> int:
    """Resident memory of a server in MB, once all its pages were shown and a piece was composed."""
    with tempfile.TemporaryDirectory() as home, server(Path(home)) as (url, pid):
        for address in ("", *PAGES, "Compose"):
            page.goto(f"{url}/{address}")
            page.wait_for(IDLE)
        page.click(PRIMARY, "Compose")
        page.wait("location.search.includes('piece=')")
        page.wait_for(IDLE)
        return psutil.Process(pid).memory_info().rss // 10**6


if __name__ == "__main__":
    main()
