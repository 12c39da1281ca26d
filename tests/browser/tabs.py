"""Tabs that one process of Chromium shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STORAGE = "cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage"
TIMEOUT_MS = 60_000  # of whatever a test waits for


class Tabs:
    """Tabs of a browser context, all opened by one that stays.

    origin: of the pages to show. Tabs that one tab has opened share its process as long as they
    show its origin, and scripts that were compiled for one of them.
    """

    def __init__(self, context: Any, origin: str) -> None:
        self._context, self._origin = context, origin
        self._opener: Any = None

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A tab without what earlier ones have stored; closed at the end, and all opened beside."""
        others = set(self._context.pages)
        page = self._open()
        session = self._context.new_cdp_session(page)
        stored = {"origin": self._origin, "storageTypes": STORAGE}
        session.send("Storage.clearDataForOrigin", stored)
        session.detach()
        yield page
        for tab in set(self._context.pages) - others - {self._opener}:
            tab.close()

    def _open(self) -> Any:
        if self._opener is None:
            self._start()
        with self._opener.expect_popup() as popup:
            self._opener.evaluate("() => void window.open('about:blank')")
        popup.value.set_default_timeout(TIMEOUT_MS)
        return popup.value

    def _start(self) -> None:
        self._opener = opener = self._context.new_page()
        opener.route("**", lambda request: request.fulfill(body=""))  # no server may run yet
        opener.goto(self._origin)
        opener.on("crash", lambda _: self._end())  # with the tab of a test

    def _end(self) -> None:
        self._opener = None
