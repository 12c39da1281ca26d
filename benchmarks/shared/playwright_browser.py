"""The app with a Chromium that Playwright drives, for what needs its selectors and keys.

Times of pages are measured with `chromium.py`: Playwright slows the browser down.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.shared.server import server


@contextmanager
def app_in_browser(home: Path) -> Iterator[tuple[str, Any]]:
    """Run a server with a data folder, and a browser; yields the address and the browser."""
    with server(home) as (url, _pid), sync_playwright() as driver:
        path = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield url, browser
        finally:
            browser.close()
