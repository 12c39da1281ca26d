"""How fast the pages answer, in a real Chromium.

    python -m benchmarks.pages [--folder FOLDER] [--rounds 5] [--json]

A server is started with an empty home of its own. Times are the page's own, as a person would
take them: from the click, the key or the going to the address until the last of what is new is
painted, charts and tables and all (what the driver needs to find what it clicks on does not
count): the first page of a fresh server; a folder imported by its path; the same collection in a
browser session of its own; a change of slider and of view; the Train page on a run of 20,000
logged steps, opened and drawn again. Beside them stands what Streamlit and the browser take by
themselves, for an app of three lines that shows one chart, on a fresh server. Each figure is the
median of the rounds; the least beside it is what it takes while no other program takes the
processor, and beside both are the processor seconds of the server, which do not hang on other
programs. Needs a Chromium, and Linux for the last.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.shared.chromium import Browser, Page, chromium
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.training.settings import RunSettings

AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHART, CURVES = ".js-plotly-plot .bars .point", ".curves[data-points]"
LOGGED = 20_000  # steps of the long run
QUIET = 600  # milliseconds without a change, after which a page is taken to be drawn
RADIO, TEXT = "[role=radio]", "p, h3, label, button, summary"
FOLDER = "A folder on this computer"
READING = 3  # seconds that a person looks at the home page
ARROW_RIGHT, TAB = ("ArrowRight", 39), ("Tab", 9)  # keys

# Notes, in a page, when it was last acted on, and when something new to see was last painted: an
# element, or the curves or bars of a chart. (Streamlit has Plotly draw a chart again as it is.)
STOPWATCH = """
window.stopwatch = {began: 0, painted: 0};
const began = (event) => { stopwatch.began = event.timeStamp; };
addEventListener("click", began, true);
addEventListener("keydown", began, true);
const drawn = new WeakMap();  // chart -> how many bars and curves it has
const isNew = ({ target, addedNodes, type }) => {
  const plot = target.closest?.(".js-plotly-plot");
  if (!plot) return type === "attributes" || addedNodes.length && !target.closest?.("head, canvas");
  const marks = plot.querySelectorAll(".point, .js-line").length;
  return marks !== (drawn.get(plot) ?? 0) && drawn.set(plot, marks);
};
window.painted = () => { stopwatch.painted = performance.now(); };
new MutationObserver((changes) => {
  if (changes.some(isNew)) requestAnimationFrame(() => setTimeout(painted));
}).observe(document, {subtree: true, childList: true, attributeFilter: ["aria-label"]});
"""
STILL = f"stopwatch.painted > stopwatch.began && performance.now() - stopwatch.painted > {QUIET}"

ONE_CHART = """import plotly.graph_objects as go
import streamlit as st
st.plotly_chart(go.Figure(go.Bar(x=[1, 2, 3], y=[1, 2, 3])))
"""

Times = dict[str, list[float]]  # seconds by the clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="of MIDI files; default: the chorales' own")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or _unpacked(Path(scratch) / "chorales")
        found = measured(Path(scratch) / "home", folder, arguments.rounds)
    if arguments.json:
        print(json.dumps({"clock": found.clock, "server": found.server}))
        return
    print(f"{'seconds':52} {'median':>7} {'least':>7} {'server':>7}")
    for name, times in found.clock.items():
        server = statistics.median(found.server[name])
        print(f"{name:52} {statistics.median(times):7.2f} {min(times):7.2f} {server:7.2f}")


@dataclass
class Found:
    """What was measured, by what it is called."""

    clock: Times = field(default_factory=dict)
    server: Times = field(default_factory=dict)  # of its processor
    pid: int = 0  # of the server that runs

    @contextmanager
    def noting(self, name: str, page: Page) -> Iterator[None]:
        """Note how long something takes until the page is drawn and at rest."""
        worked = self._worked()
        yield
        page.wait_for(AT_REST)
        page.wait(STILL)
        seconds = page.evaluate("(stopwatch.painted - stopwatch.began) / 1000")
        self.clock.setdefault(name, []).append(seconds)
        self.server.setdefault(name, []).append(self._worked() - worked)

    def _worked(self) -> float:
        """The processor seconds of the server until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(home: Path, folder: Path, rounds: int) -> Found:
    found = Found()
    _long_run(home / "runs" / "long")
    script = home.with_name("one_chart.py")
    script.write_text(ONE_CHART)
    with chromium() as browser:
        for _ in range(rounds):
            with server(home, script) as (url, found.pid), browser.page(STOPWATCH) as page:
                name = "Streamlit alone with one chart, fresh server"
                _first_page(found, page, name, url, "/")
            with server(home) as (url, found.pid), browser.page(STOPWATCH) as page:
                name = "chorales, page to charts, fresh server"
                _first_page(found, page, name, url, "/Data?collection=bach-chorales")
                _views(found, page)
                _import(found, page, url, folder)
                _other_session(found, browser, url)
                _train(found, page, url)
            for each in ("collections", "cache"):
                shutil.rmtree(home / each, ignore_errors=True)
    return found


def _first_page(found: Found, page: Page, name: str, url: str, path: str) -> None:
    """The first page of a server, in a browser that is warm itself."""
    page.goto(f"{url}/favicon.png")
    page.wait("document.readyState === 'complete'")
    with found.noting(name, page):
        page.goto(url + path)
        page.wait_for(CHART)


def _views(found: Found, page: Page) -> None:
    count = f"document.querySelectorAll('{CHART}').length"
    bars = page.evaluate(count)
    page.wait_for("input[type=range]")
    page.evaluate("document.querySelector('input[type=range]').focus()")
    with found.noting("chorales, a change of slider", page):
        page.press(*ARROW_RIGHT)
        page.wait(f"{count} != {bars}")
    signs = {
        "Rhythm": "Durations",
        "Playing": "Tempo",
        "Vocabulary": "Chord sizes",
        "Notes": "Keyboard",
    }
    for view, sign in signs.items():
        for again in ("first", "again"):
            with found.noting(f"chorales, view {view}, {again}", page):
                page.click(RADIO, view)
                page.wait_for(TEXT, sign)
            page.click(RADIO, "Pieces")
            page.wait_for(TEXT, "choose one to see it")
            page.wait_for(AT_REST)
    page.click(RADIO, "Vocabulary")
    for part, sign in (("All tokens", "Search for"), ("What training sees", "Inputs (")):
        with found.noting(f"chorales, Vocabulary, {part}, first", page):
            page.click(RADIO, part)
            page.wait_for(TEXT, sign)


def _import(found: Found, page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}/Data?collection=ryans-mammoth")
    page.wait_for(CHART)
    page.wait_for(AT_REST)
    page.click("button", "Add music")
    page.click(f"input[aria-label^='{FOLDER}']")
    page.write(str(folder))
    page.press(*TAB)
    page.wait_for(AT_REST)
    with found.noting("folder imported by path, to the last chart", page):
        page.click("button", "Import the folder")
        page.wait_for(TEXT, "files added to")
        page.wait_for(CHART)


def _other_session(found: Found, browser: Browser, url: str) -> None:
    for reading, words in ((0, "at once"), (READING, "after a look at the home page")):
        with browser.page(STOPWATCH) as other:
            other.goto(url)  # the browser has loaded what all pages share
            other.wait_for(TEXT, "Pieces composed")
            other.wait_for(AT_REST)
            time.sleep(reading)  # the charts' script is loaded meanwhile
            with found.noting(f"the same in another browser, {words}", other):
                other.click("a", "Data")
                other.wait_for(CHART)


def _train(found: Found, page: Page, url: str) -> None:
    with found.noting(f"run of {LOGGED:,} steps, opened first", page):
        page.goto(f"{url}/Train?show=Watch&run=long")
        page.wait_for(CURVES)
        page.evaluate("painted()")
    for unit in ("Nats", "Bits"):
        with found.noting(f"run of {LOGGED:,} steps, drawn again", page):
            page.click(RADIO, unit)
            page.wait_for(f'.plot-area[aria-label^="{unit.lower()}"]')
            page.evaluate("painted()")  # within a component of ours, where the stopwatch is blind


def _long_run(folder: Path) -> None:
    """A run that has ended after many logged steps."""
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(RunSettings("long", "bach-chorales").to_json()))
    (folder / "status.json").write_text(json.dumps({"state": "stopped", "epoch": 20}))
    fields = {"shift": 0.5, "pitch": 0.5, "duration": 0.5}
    with (folder / "metrics.jsonl").open("w") as file:
        for step in range(1, LOGGED + 1):
            line = {
                "kind": "step", "step": step, "epoch": step / 1000, "loss": 3 + 9 / step,
                "learning_rate": 1e-3, "seconds": 0.1 * step, "steps_per_second": 1000.0,
                "bits": fields, "accuracy": fields,
            }  # fmt: skip
            file.write(json.dumps(line) + "\n")


def _unpacked(folder: Path) -> Path:
    chorales = next(each for each in bundled_collections() if each.name == "bach-chorales")
    shutil.unpack_archive(chorales.path, folder)
    return folder


@contextmanager
def server(home: Path, script: Path | str = "streamlit_app.py") -> Iterator[tuple[str, int]]:
    """A studio, or another app, with that home: its address and its process."""
    with socket.socket() as listening:
        listening.bind(("localhost", 0))
        port = listening.getsockname()[1]
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.headless", "true", "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, *options],
        env={**os.environ, "MUSICGEN_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                break
            time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
