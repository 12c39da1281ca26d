"""How long one waits for the first sound and the first loss, in a real Chromium.

    python -m benchmarks.clicks [--rounds 3] [--json]

Each round has a fresh server with an empty home: from the first click on Compose until the roll
is there and its sound can be played; and from the click on Start, with the chorales and the
preset as they come, until the curve has its first point. Half a minute a round; the machine
should do nothing else. Needs playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.pages import AT_REST, CURVES, FLAGS, server

PATIENCE = 180_000  # milliseconds
# A roll that is still written has no source, and its player keeps the length of the sound before.
PLAYS = "(audio, before) => audio.duration > 0 && audio.src && audio.src !== before"
STOPPED = 60.0  # seconds that a training may take to save and stop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    found = measured(arguments.rounds)
    if arguments.json:
        print(json.dumps(found))
        return
    for name, times in found.items():
        print(f"{name:40} {statistics.median(times):6.2f} s, at least {min(times):.2f}")


def measured(rounds: int) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {"Compose to roll and sound": [], "Start to the first loss": []}
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as scratch, server(Path(scratch)) as (url, _pid):
                page = browser.new_page()
                page.set_default_timeout(PATIENCE)
                found["Compose to roll and sound"].append(_first_sound(page, url))
                found["Start to the first loss"].append(_first_loss(page, url, Path(scratch)))
                page.close()
        browser.close()
    return found


def _first_sound(page: Any, url: str) -> float:
    page.goto(f"{url}/Compose")
    button = page.get_by_role("button", name="Compose", exact=True)
    button.wait_for()
    page.wait_for_selector(AT_REST)
    audio = page.locator(".player audio")  # in a shadow root, which only locators look into
    audio.wait_for(state="attached")  # of the piece that a first visit is greeted with
    before = audio.evaluate("audio => audio.src")
    began = time.perf_counter()
    button.click()
    while not audio.evaluate(PLAYS, before):
        time.sleep(0.02)
    return time.perf_counter() - began


def _first_loss(page: Any, url: str, home: Path) -> float:
    page.goto(f"{url}/Train?collection=bach-chorales")
    button = page.get_by_role("button", name="Start")
    button.wait_for()
    page.wait_for_selector(AT_REST)
    began = time.perf_counter()
    button.click()
    page.wait_for_selector(f'{CURVES}:not([data-points="0"])')
    seconds = time.perf_counter() - began
    page.get_by_role("button", name="Stop and save").click()
    run = next((home / "runs").glob("[!.]*"))  # locks are hidden
    while json.loads((run / "status.json").read_text())["state"] != "stopped":
        if time.perf_counter() - began > seconds + STOPPED:
            raise SystemExit("the training does not stop")
        time.sleep(0.2)
    return seconds


if __name__ == "__main__":
    main()
