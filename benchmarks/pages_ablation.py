"""What each part of the early loading saves: switched off alone, in turns with all on.

    python -m benchmarks.pages_ablation [--rounds 5] [--json]

Each measurement is a new server with an empty home, in a real Chromium: the first page is the Data
page of the chorales, or the home page and after three seconds a click on Data. Times are those of
`benchmarks.pages`: until the last chart is drawn. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pages import CHART, IS_COMPLETE, READING_SECONDS, STOPWATCH, TEXT
from benchmarks.shared.chromium import Browser, Page, chromium
from benchmarks.shared.server import IDLE, server

ROOT = Path(__file__).parents[1]
ALL_ON = "all on"
# Name of a variant -> text of streamlit_app.py and what stands in its place.
VARIANTS = {
    ALL_ON: ("", ""),
    "no preload headers": ("Middleware(PreloadHeaders),", ""),
    "no early imports": ("lifespan=import_early", "lifespan=None"),
}

Times = dict[str, dict[str, list[float]]]  # seconds by measurement and variant


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    times: Times = {}
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        scripts = {name: _variant(Path(scratch), *edit) for name, edit in VARIANTS.items()}
        names = list(scripts)
        for turn in range(arguments.rounds):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                for measurement, seconds in _measure(browser, scripts[name]).items():
                    times.setdefault(measurement, {}).setdefault(name, []).append(seconds)
    if arguments.json:
        print(json.dumps(times))
        return
    for measurement, by_name in times.items():
        print(f"{measurement + ', seconds':46} {'median':>7} {'least':>7} {'most':>7}")
        for name, values in by_name.items():
            median = statistics.median(values)
            print(f"  {name:44} {median:7.2f} {min(values):7.2f} {max(values):7.2f}")


def _variant(scratch: Path, old: str, new: str) -> Path:
    """Return a copy of streamlit_app.py with one part off, beside links to the rest of the app."""
    text = (ROOT / "streamlit_app.py").read_text()
    if old not in text:
        raise SystemExit(f"streamlit_app.py has no {old!r}")
    folder = Path(tempfile.mkdtemp(dir=scratch))
    for name in ("musicgen", "pages", ".streamlit"):
        (folder / name).symlink_to(ROOT / name)
    script = folder / "streamlit_app.py"
    script.write_text(text.replace(old, new) if old else text)
    return script


def _measure(browser: Browser, script: Path) -> dict[str, float]:
    seconds = {}
    start = time.perf_counter()
    with _new_server(browser, script) as (url, page):
        started = time.perf_counter() - start
        seconds["Data page, new server"] = _open(page, url, "/Data", CHART)
        opened = started + seconds["Data page, new server"]
        seconds["Data page, from the start of the server"] = opened
    with _new_server(browser, script) as (url, page):
        seconds["home page, new server"] = _open(page, url, "/", TEXT, "Pieces composed")
        time.sleep(READING_SECONDS)
        page.click("a", "Data")
        seconds["Data page, from the home page"] = _wait(page, CHART)
    return seconds


@contextmanager
def _new_server(browser: Browser, script: Path) -> Iterator[tuple[str, Page]]:
    with (
        tempfile.TemporaryDirectory() as home,
        server(Path(home), script) as (url, _),
        browser.page(STOPWATCH) as page,
    ):
        yield url, page


def _open(page: Page, url: str, path: str, *sign: str) -> float:
    """Open a page in a browser that is warm itself; return the seconds until it is drawn."""
    page.goto(f"{url}/favicon.png")
    page.wait("document.readyState === 'complete'")
    page.goto(url + path)
    return _wait(page, *sign)


def _wait(page: Page, *sign: str) -> float:
    page.wait_for(*sign)
    page.wait_for(IDLE)
    page.wait(IS_COMPLETE)
    return float(page.evaluate("(stopwatch.painted - stopwatch.inputAt) / 1000"))


if __name__ == "__main__":
    main()
