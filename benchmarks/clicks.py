"""Time from a click to the first sound and to the first loss, in a real Chromium.

    python -m benchmarks.clicks [--rounds 3] [--json]

Each round has a new server with an empty data folder. Measured are the time from the first click
on Compose until the piano roll is shown and its sound can be played, and the time from the click
on Start, with the chorales and the default preset, until the curve has its first point. Half a
minute per round, on a machine that does nothing else. Needs Chromium.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.shared.chromium import Page, chromium
from benchmarks.shared.server import CURVES, IDLE, server

# The id of the piece that a player can play; while a piece is written it has none.
PIECE = "within(document, '.player')[0]?.dataset.piece"
SOUND, LOSS = "Compose to roll and sound", "Start to the first loss"
STOP_SECONDS = 60.0  # time limit of a training to save and stop
POLL_SECONDS, SOUND_POLL_SECONDS = 0.2, 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    results = measure(arguments.rounds)
    if arguments.json:
        print(json.dumps(results))
        return
    for name, times in results.items():
        print(f"{name:40} {statistics.median(times):6.2f} s, minimum {min(times):.2f}")


def measure(rounds: int) -> dict[str, list[float]]:
    """Seconds of each round by quantity."""
    results: dict[str, list[float]] = {SOUND: [], LOSS: []}
    with chromium() as browser:
        for _ in range(rounds):
            with (
                tempfile.TemporaryDirectory() as scratch,
                server(Path(scratch)) as (url, _pid),
                browser.page() as page,
            ):
                results[SOUND].append(_first_sound(page, url))
                results[LOSS].append(_first_loss(page, url, Path(scratch)))
    return results


def _first_sound(page: Page, url: str) -> float:
    page.goto(f"{url}/Compose")
    page.wait_for(IDLE)
    before = page.wait(PIECE)  # of the piece that a first visit shows
    page.wait_for(IDLE)
    started = page.click("[data-testid=stBaseButton-primary]", "Compose")
    while not page.evaluate(f"{PIECE} && {PIECE} !== {json.dumps(before)}"):
        time.sleep(SOUND_POLL_SECONDS)
    return time.perf_counter() - started


def _first_loss(page: Page, url: str, home: Path) -> float:
    page.goto(f"{url}/Train?collection=bach-chorales")
    page.wait_for("button", "Start")
    page.wait_for(IDLE)
    started = page.click("button", "Start")
    page.wait_for(f'{CURVES}:not([data-points="0"])')
    seconds = time.perf_counter() - started
    page.click("button", "Stop and save")
    run = next((home / "runs").glob("[!.]*"))  # locks are hidden files
    while json.loads((run / "status.json").read_text())["state"] != "stopped":
        if time.perf_counter() - started > seconds + STOP_SECONDS:
            raise SystemExit("the training does not stop")
        time.sleep(POLL_SECONDS)
    return seconds


if __name__ == "__main__":
    main()
