"""Seconds until the Data page of a prepared data set is complete, in a real Chromium.

    python -m benchmarks.scale.data_page FOLDER [--rounds 5] [--picture FILE.png]

Measured in the page, from the navigation until the last chart is painted: on a new server, and
again in another browser session of the same server; and, in turns, that of the chorales on a new
server, as other programs on the machine slow both down. Prints the seconds of all rounds, and the
server's processor time. --picture: also saves a screenshot of the complete page.
"""

from __future__ import annotations

import argparse
import base64
import json
import tempfile
from pathlib import Path

from benchmarks.pages import CHART, STOPWATCH, Results
from benchmarks.shared.chromium import Browser, Page, chromium
from benchmarks.shared.server import server
from musicgen.corpus.prepared_folders import LIST

FIRST, AGAIN = "on a new server", "in another session"
CHORALES = "the chorales on a new server"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    results, folder = Results(), arguments.folder.resolve()
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        (Path(home) / LIST).write_text(json.dumps({folder.name: str(folder)}))
        for number in range(arguments.rounds):
            with server(Path(home)) as (url, results.pid):
                address = f"{url}/Data?collection={folder.name}"
                _open(browser, results, FIRST, address, None if number else arguments.picture)
                _open(browser, results, AGAIN, address, None)
            with server(Path(home)) as (url, results.pid):
                address = f"{url}/Data?collection=bach-chorales"
                _open(browser, results, CHORALES, address, None)
    if arguments.json:
        print(json.dumps({"clock": results.clock, "server": results.server}))
        return
    for name, seconds in results.clock.items():
        clock, own = _listed(seconds), _listed(results.server[name])
        print(f"{name}: {clock} s; processor time of the server: {own} s")


def _listed(seconds: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in seconds)


def _open(
    browser: Browser, results: Results, name: str, address: str, picture: Path | None
) -> None:
    """Open the page in a new browser session, and save its picture."""
    with browser.page(STOPWATCH) as page:
        with results.record(name, page):
            page.goto(address)
            page.wait_for(CHART)
        if picture:
            picture.write_bytes(_picture(page))


def _picture(page: Page) -> bytes:
    """The page as it is seen, as PNG."""
    return base64.b64decode(page.call("Page.captureScreenshot", format="png")["data"])


if __name__ == "__main__":
    main()
