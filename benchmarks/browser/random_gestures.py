"""Random gestures in the editor in Chromium, undone to the byte and redone.

    python -m benchmarks.browser.random_gestures [--gestures 500] [--seed 22] [--json]

Prints how many of the gestures changed the piece, and the seconds of all; fails where a byte of
the piece differs afterwards. The tests do the same with fewer. Needs Chromium, and the dev extra.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import sync_playwright

from benchmarks.shared.server import server
from tests.browser.browser_actions import write_small_model
from tests.browser.editing.editor_actions import Roll, draft
from tests.browser.editing.random_gestures import check_undo_of_gestures

TIMEOUT_MILLISECONDS = 300_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gestures", type=int, default=500)
    parser.add_argument("--seed", type=int, default=22)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a line")
    options = parser.parse_args()
    results = measure(options.gestures, options.seed)
    if options.json:
        print(json.dumps(results))
    else:
        print(", ".join(f"{name}: {value}" for name, value in results.items()))


def measure(gestures: int, seed: int) -> dict[str, float]:
    """Number of gestures and of changes, and seconds."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        home = Path(scratch)
        os.environ["MUSICGEN_HOME"] = str(home)
        write_small_model(home)
        piece = draft()
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with server(home) as (url, _):
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(TIMEOUT_MILLISECONDS)
            roll = Roll(page, SimpleNamespace(url=url), piece)
            started = time.perf_counter()
            changes = check_undo_of_gestures(roll, piece, gestures, seed)
            seconds = time.perf_counter() - started
        browser.close()
        if roll.problems:
            raise SystemExit(f"errors in the page: {roll.problems}")
    return {"gestures": gestures, "changes": changes, "seconds": round(seconds, 1)}


if __name__ == "__main__":
    main()
