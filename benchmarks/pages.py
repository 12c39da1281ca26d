"""Response times of the pages in a real Chromium.

    python -m benchmarks.pages [--folder FOLDER] [--rounds 5] [--json]

The server has an empty data folder. Times are measured in the page, from the click, the key press
or the navigation until the last new element is painted, with all charts and tables; the time that
the driver needs to find an element does not count. Measured are: the first page of a new server;
a folder imported by its path; the same collection in another browser session; a change of slider
and of view; the Train page on a run of 20,000 logged steps, opened and drawn again; and, for
comparison, a new server of a three-line Streamlit app that shows one chart.

Prints the median of the rounds, the minimum (the time without other programs on the processor),
and the processor seconds of the server. Needs Chromium, and Linux for the processor seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.shared.chromium import Browser, Page, chromium
from benchmarks.shared.server import CURVES, IDLE, server
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.training.settings import RunSettings

CHART = ".js-plotly-plot .bars .point"
LONG_RUN_STEPS = 20_000
QUIET_MILLISECONDS = 600  # without a change: the page is complete
RADIO, TEXT = "[role=radio]", "p, h3, label, button, summary"
FOLDER = "A folder on this computer"
READING_SECONDS = 3  # on the home page
ARROW_RIGHT, TAB = ("ArrowRight", 39), ("Tab", 9)  # keys

# Records in a page the time of the last input, and of the last paint of something new: an element,
# or the curves or bars of a chart. (Streamlit has Plotly redraw charts that have not changed.)
STOPWATCH = """
window.stopwatch = {inputAt: 0, painted: 0};
const recordInput = (event) => { stopwatch.inputAt = event.timeStamp; };
addEventListener("click", recordInput, true);
addEventListener("keydown", recordInput, true);
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
IS_COMPLETE = (
    "stopwatch.painted > stopwatch.inputAt"
    f" && performance.now() - stopwatch.painted > {QUIET_MILLISECONDS}"
)

ONE_CHART = """import plotly.graph_objects as go
import streamlit as st
st.plotly_chart(go.Figure(go.Bar(x=[1, 2, 3], y=[1, 2, 3])))
"""

Times = dict[str, list[float]]  # seconds by the clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="folder of MIDI files; default: the chorales")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or _unpacked(Path(scratch) / "chorales")
        results = measure(Path(scratch) / "home", folder, arguments.rounds)
    if arguments.json:
        print(json.dumps({"clock": results.clock, "server": results.server}))
        return
    print(f"{'seconds':52} {'median':>7} {'min':>7} {'server':>7}")
    for name, times in results.clock.items():
        server = statistics.median(results.server[name])
        print(f"{name:52} {statistics.median(times):7.2f} {min(times):7.2f} {server:7.2f}")


@dataclass
class Results:
    """Measured times by name."""

    clock: Times = field(default_factory=dict)
    server: Times = field(default_factory=dict)  # processor time of the server
    pid: int = 0  # of the current server

    @contextmanager
    def record(self, name: str, page: Page) -> Iterator[None]:
        """Record the time from the last input in the context until the page is complete."""
        before = self._processor_seconds()
        yield
        page.wait_for(IDLE)
        page.wait(IS_COMPLETE)
        seconds = page.evaluate("(stopwatch.painted - stopwatch.inputAt) / 1000")
        self.clock.setdefault(name, []).append(seconds)
        self.server.setdefault(name, []).append(self._processor_seconds() - before)

    def _processor_seconds(self) -> float:
        """Processor time of the server since its start."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(home: Path, folder: Path, rounds: int) -> Results:
    """All times, each once or more per round."""
    results = Results()
    _long_run(home / "runs" / "long")
    script = home.with_name("one_chart.py")
    script.write_text(ONE_CHART)
    with chromium() as browser:
        for _ in range(rounds):
            with server(home, script) as (url, results.pid), browser.page(STOPWATCH) as page:
                name = "Streamlit alone with one chart, fresh server"
                _first_page(results, page, name, url, "/")
            with server(home) as (url, results.pid), browser.page(STOPWATCH) as page:
                name = "chorales, page to charts, fresh server"
                _first_page(results, page, name, url, "/Data?collection=bach-chorales")
                _views(results, page)
                _import(results, page, url, folder)
                _other_session(results, browser, url)
                _train(results, page, url)
            for folder_name in ("collections", "cache"):
                shutil.rmtree(home / folder_name, ignore_errors=True)
    return results


def _first_page(results: Results, page: Page, name: str, url: str, path: str) -> None:
    """The first page of a new server, in a browser that is warm."""
    page.goto(f"{url}/favicon.png")
    page.wait("document.readyState === 'complete'")
    with results.record(name, page):
        page.goto(url + path)
        page.wait_for(CHART)


def _views(results: Results, page: Page) -> None:
    count = f"document.querySelectorAll('{CHART}').length"
    bars = page.evaluate(count)
    page.wait_for("input[type=range]")
    page.evaluate("document.querySelector('input[type=range]').focus()")
    with results.record("chorales, a change of slider", page):
        page.press(*ARROW_RIGHT)
        page.wait(f"{count} != {bars}")
    expected_texts = {
        "Rhythm": "Durations",
        "Playing": "Tempo",
        "Vocabulary": "Chord sizes",
        "Notes": "Keyboard",
    }
    for view, expected in expected_texts.items():
        for again in ("first", "again"):
            with results.record(f"chorales, view {view}, {again}", page):
                page.click(RADIO, view)
                page.wait_for(TEXT, expected)
            page.click(RADIO, "Pieces")
            page.wait_for(TEXT, "choose one to see it")
            page.wait_for(IDLE)
    page.click(RADIO, "Vocabulary")
    for part, expected in (("All tokens", "Search for"), ("What training sees", "Inputs (")):
        with results.record(f"chorales, Vocabulary, {part}, first", page):
            page.click(RADIO, part)
            page.wait_for(TEXT, expected)


def _import(results: Results, page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}/Data?collection=ryans-mammoth")
    page.wait_for(CHART)
    page.wait_for(IDLE)
    page.click("button", "Add music")
    page.click(f"input[aria-label^='{FOLDER}']")
    page.write(str(folder))
    page.press(*TAB)
    page.wait_for(IDLE)
    with results.record("folder imported by path, to the last chart", page):
        page.click("button", "Import the folder")
        page.wait_for(TEXT, "files added to")
        page.wait_for(CHART)


def _other_session(results: Results, browser: Browser, url: str) -> None:
    for reading, words in ((0, "at once"), (READING_SECONDS, "after a look at the home page")):
        with browser.page(STOPWATCH) as other:
            other.goto(url)  # load what all pages share
            other.wait_for(TEXT, "Pieces composed")
            other.wait_for(IDLE)
            time.sleep(reading)  # the charts' script is loaded meanwhile
            with results.record(f"the same in another browser, {words}", other):
                other.click("a", "Data")
                other.wait_for(CHART)


def _train(results: Results, page: Page, url: str) -> None:
    with results.record(f"run of {LONG_RUN_STEPS:,} steps, opened first", page):
        page.goto(f"{url}/Train?show=Watch&run=long")
        page.wait_for(CURVES)
        page.evaluate("painted()")
    for unit in ("Nats", "Bits"):
        with results.record(f"run of {LONG_RUN_STEPS:,} steps, drawn again", page):
            page.click(RADIO, unit)
            page.wait_for(f'.plot-area[aria-label^="{unit.lower()}"]')
            page.evaluate("painted()")  # in a shadow DOM, which the stopwatch does not observe


def _long_run(folder: Path) -> None:
    """Write a stopped run with many logged steps."""
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(RunSettings("long", "bach-chorales").to_json()))
    (folder / "status.json").write_text(json.dumps({"state": "stopped", "epoch": 20}))
    fields = {"shift": 0.5, "pitch": 0.5, "duration": 0.5}
    with (folder / "metrics.jsonl").open("w") as file:
        for step in range(1, LONG_RUN_STEPS + 1):
            line = {
                "kind": "step", "step": step, "epoch": step / 1000, "loss": 3 + 9 / step,
                "learning_rate": 1e-3, "seconds": 0.1 * step, "steps_per_second": 1000.0,
                "bits": fields, "accuracy": fields,
            }  # fmt: skip
            file.write(json.dumps(line) + "\n")


def _unpacked(folder: Path) -> Path:
    chorales = next(c for c in bundled_collections() if c.name == "bach-chorales")
    shutil.unpack_archive(chorales.path, folder)
    return folder


if __name__ == "__main__":
    main()
