"""Barriers that axe-core finds on all pages and in their states, in both themes at two widths.

    python -m benchmarks.browser.accessibility [--json]

The server has an empty data folder. Counted are findings that axe-core calls serious or critical;
each is printed with its element. Takes five minutes. Needs Chromium, and the dev extra.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.shared.playwright_browser import app_in_browser
from tests.browser.barriers import serious_barriers

SCHEMES, WIDTHS = ("light", "dark"), (1440, 390)
HEIGHT = 1000
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
DRAWING_MILLISECONDS = 800  # of charts, after the script of the page has ended
STATES: dict[str, tuple[str, ...]] = {  # by address: what is clicked there, one after another
    "": (),
    "Data": ("Add music",),
    "Data?view=Parts": (),
    "Data?view=Rhythm": (),
    "Data?view=Playing": (),
    "Data?view=Vocabulary": (),
    "Data?view=Pieces": (),
    "Data?view=Refused": (),
    "Data?collection=string-quartets": (),
    "Train": ("All settings",),
    "Train?show=Watch": (
        *("By field", "Rate and speed", "Samples", "Evaluation", "Log", "Settings"),
        "Fine-tune a copy",
    ),
    "Train?show=Compare": (),
    "Compose": (
        *("Originality", "Change", "Takes", "Roll", "Score", "Edit", "Play notes in"),
        *("Beginning", "Notes", "Sampling", "Rules", "All pieces", "Sound", "Details"),
    ),
    "Compose?model=chorales": ("Play or write my own", "Mouse, touch and keys"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    found = find_barriers()
    if arguments.json:
        print(json.dumps(found))
        return
    for state, barriers in found.items():
        print(f"{state:60} {len(barriers)}")
        print(*(f"  {barrier}" for barrier in barriers), sep="\n", end="\n" if barriers else "")
    print(f"{len(found)} states, {sum(map(len, found.values()))} serious or critical findings")


def find_barriers() -> dict[str, list[str]]:
    """Findings of each state of a page: `Train light 390: Samples`."""
    found: dict[str, list[str]] = {}
    with (
        tempfile.TemporaryDirectory() as scratch,
        app_in_browser(Path(scratch)) as (url, browser),
    ):
        for scheme in SCHEMES:
            for width in WIDTHS:
                size: Any = {"width": width, "height": HEIGHT}
                page = browser.new_page(viewport=size, color_scheme=scheme)
                for address in STATES:
                    view = f"/{address} {scheme} {width}"
                    for state in _states(page, url, address):
                        found[f"{view}{state}"] = serious_barriers(page)
                page.close()
    return found


def _states(page: Any, url: str, address: str) -> Iterator[str]:
    """Open an address and click through its states; yields what was clicked last."""
    page.goto(f"{url}/{address}")
    _settle(page)
    yield ""
    for name in STATES[address]:
        control = page.get_by_role("radio", name=name, exact=True)
        control = control.or_(page.get_by_role("button", name=name, exact=True))
        control.or_(page.locator("summary", has_text=name)).first.click()
        _settle(page)
        yield f": {name}"


def _settle(page: Any) -> None:
    page.wait_for_selector(SETTLED)
    page.wait_for_timeout(DRAWING_MILLISECONDS)


if __name__ == "__main__":
    main()
