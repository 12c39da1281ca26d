"""Pictures of all pages for the README and the docs.

    python -m benchmarks.browser.pictures [--folder docs/pictures] [--scheme light] [--width 1440]

The server has an empty data folder; the piece is the first one that the model of chorales composes.
Takes a minute. Needs Chromium, and the dev extra.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.shared.server import IDLE, server

HEIGHT = 1000
DRAWING_MILLISECONDS = 2500  # of charts, after the script of the page has ended
COMPOSE = "Compose"  # the newest piece; the first visit composes one
# The folder of the pictures' server is called as a person's is.
NAME_OF_HOME = """home => document.querySelectorAll("code").forEach(code => {
    if (code.textContent === home) code.textContent = "~/.musicgen";
})"""
# By file name: the address, and what is clicked there.
PICTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "home": ("", ()),
    "data": ("Data", ()),
    "train": ("Train?show=Watch&run=chorales", ()),
    "compose": (COMPOSE, ()),
    "score": (COMPOSE, ("Score",)),
    "editor": (COMPOSE, ("Edit",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1440)
    arguments = parser.parse_args()
    for path in take_pictures(arguments.folder, arguments.scheme, arguments.width):
        print(path)


def take_pictures(folder: Path, scheme: str, width: int) -> list[Path]:
    """Write a PNG file for each picture; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        server(Path(scratch)) as (url, _pid),
        sync_playwright() as driver,
    ):
        program = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        size: Any = {"width": width, "height": HEIGHT}
        page: Any = browser.new_page(viewport=size, color_scheme=scheme)
        page.set_default_timeout(120_000)
        for name, (address, clicks) in PICTURES.items():
            _open(page, f"{url}/{address}", clicks)
            page.evaluate(NAME_OF_HOME, scratch)
            paths.append(folder / f"{name}.png")
            page.screenshot(path=str(paths[-1]))
        browser.close()
    return paths


def _open(page: Any, address: str, clicks: tuple[str, ...]) -> None:
    page.goto(address)
    _settle(page)
    if COMPOSE in address:
        page.locator('.player[data-piece]:not([data-piece=""])').wait_for(state="attached")
    for name in clicks:
        control = page.get_by_role("radio", name=name, exact=True)
        control.or_(page.get_by_role("button", name=name, exact=True)).first.click()
        _settle(page)
    if "Score" in clicks:
        page.locator(".printed-score").evaluate("e => e.scrollIntoView({block: 'end'})")
        page.wait_for_timeout(DRAWING_MILLISECONDS)


def _settle(page: Any) -> None:
    page.wait_for_selector(IDLE)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(DRAWING_MILLISECONDS)


if __name__ == "__main__":
    main()
