"""How long one waits for the first sound and the first loss, in a real Chromium.

    python -m benchmarks.clicks [--rounds 3] [--json]

Each round has a fresh server with an empty home: from the first click on Compose until the roll
is there and its sound can be played; and from the click on Start, with the chorales and the
preset as they come, until the curve has its first point. Half a minute a round; the machine
should do nothing else. Needs a Chromium.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.pages import AT_REST, CURVES, server
from benchmarks.shared.chromium import Page, chromium

# A roll that is still written has no source, and its player keeps the length of the sound before.
PLAYS = "(audio, before) => audio.duration > 0 && audio.src && audio.src !== before"
AUDIO = "within(document, '.player audio')[0]"  # it cannot be seen
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
    found: dict[str, list[float]] = {"Compose to roll and sound": [], "Start to the first loss": []}
    with chromium() as browser:
        for _ in range(rounds):
            with (
                tempfile.TemporaryDirectory() as scratch,
                server(Path(scratch)) as (url, _pid),
                browser.page() as page,
            ):
                found["Compose to roll and sound"].append(_first_sound(page, url))
                found["Start to the first loss"].append(_first_loss(page, url, Path(scratch)))
    return found


def _first_sound(page: Page, url: str) -> float:
    page.goto(f"{url}/Compose")
    page.wait_for(AT_REST)
    before = page.wait(f"{AUDIO}?.src")  # of the piece that a first visit is greeted with
    page.wait_for(AT_REST)
    began = page.click("[data-testid=stBaseButton-primary]", "Compose")
    while not page.evaluate(f"({PLAYS})({AUDIO}, {json.dumps(before)})"):
        time.sleep(0.02)
    return time.perf_counter() - began


def _first_loss(page: Page, url: str, home: Path) -> float:
    page.goto(f"{url}/Train?collection=bach-chorales")
    page.wait_for("button", "Start")
    page.wait_for(AT_REST)
    began = page.click("button", "Start")
    page.wait_for(f'{CURVES}:not([data-points="0"])')
    seconds = time.perf_counter() - began
    page.click("button", "Stop and save")
    run = next((home / "runs").glob("[!.]*"))  # locks are hidden
    while json.loads((run / "status.json").read_text())["state"] != "stopped":
        if time.perf_counter() - began > seconds + STOPPED:
            raise SystemExit("the training does not stop")
        time.sleep(0.2)
    return seconds


if __name__ == "__main__":
    main()
