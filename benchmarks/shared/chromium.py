"""A Chromium that is driven and not looked into, for measurements.

Playwright, like a debugger, has the browser note where each error and each promise of a page was
made, for which scripts are read once more: the chorales' charts come half a second later. So pages
that are timed are driven by the few words of the DevTools protocol that ask for no such notes, and
take what was measured from a stopwatch of their own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = (1280, 900)  # pixels
PATIENCE = 180.0  # seconds
LOOK = 0.1  # seconds between two looks at a page, which take some of its time
STARTED = 60.0  # seconds that the browser may take to start

# The first element that can be seen and has these words in it, in components of our own as well.
_SEEK = """
const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(
  (e) => e.shadowRoot ? roots(e.shadowRoot) : [])];
const within = (root, selector) => roots(root).flatMap((e) => [...e.querySelectorAll(selector)]);
window.seek = (selector, words) => within(document, selector).find(
  (e) => e.checkVisibility() && (e.ariaLabel ?? e.textContent).includes(words));
window.middle = (element) => {
  if (!element || element.disabled) return null;
  element.scrollIntoView({block: "nearest"});
  const {x, y, width, height} = element.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
};
"""


class Unanswered(RuntimeError):
    """A page did not do what was waited for, or what was asked of it failed."""


class Session:
    """One connection to the browser or to one of its pages."""

    def __init__(self, address: str) -> None:
        self._socket: ClientConnection = connect(address, max_size=None)
        self._count = 0

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Do as the protocol's method does, and return what it answers."""
        self._count += 1
        call = {"id": self._count, "method": method, "params": arguments}
        self._socket.send(json.dumps(call))
        while (answer := json.loads(self._socket.recv(PATIENCE))).get("id") != self._count:
            pass  # an event
        if "error" in answer:
            raise Unanswered(f"{method}: {answer['error']['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    def close(self) -> None:
        self._socket.close()


class Page(Session):
    """One page in a browser session of its own."""

    def __init__(self, address: str, script: str) -> None:
        super().__init__(address)
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=_SEEK + script)

    def goto(self, url: str) -> None:
        """Go there, and return while the page still loads."""
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise Unanswered(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, expression: str) -> Any:
        """The expression's value as soon as it is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(LOOK)
            if value := self.evaluate(expression):
                return value
        raise Unanswered(f"waited in vain for {expression}")

    def wait_for(self, selector: str, words: str = "") -> None:
        self.wait(f"!!({_element(selector, words)})")

    def click(self, selector: str, words: str = "") -> float:
        """Click in the middle of an element, as soon as it is there, enabled and at rest.

        Returns when that was, by `time.perf_counter`.
        """
        found = f"middle({_element(selector, words)})"
        place = self.wait(found)
        while (now := self.wait(found)) != place:
            place = now
        x, y = place
        clicked = time.perf_counter()
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)
        return clicked

    def press(self, key: str, code: int) -> None:
        """A key goes down and up where the focus is; code is its number in the DOM."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    def write(self, text: str) -> None:
        self.call("Input.insertText", text=text)


def _element(selector: str, words: str) -> str:
    """An expression for the first element that can be seen and has these words in it."""
    return f"seek({json.dumps(selector)}, {json.dumps(words)})"


class Browser:
    """A running Chromium."""

    def __init__(self, address: str) -> None:
        self._session = Session(address)
        self._pages = address.partition("/devtools/")[0] + "/devtools/page/"

    @contextmanager
    def page(self, script: str = "") -> Iterator[Page]:
        """A page with a browser session of its own; the script is run before those of the page."""
        call = self._session.call
        context = call("Target.createBrowserContext")["browserContextId"]
        width, height = SIZE
        size = {"width": width, "height": height}
        target = call("Target.createTarget", url="about:blank", browserContextId=context, **size)
        page = Page(self._pages + target["targetId"], script)
        try:
            yield page
        finally:
            page.close()
            call("Target.disposeBrowserContext", browserContextId=context)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium, with a profile that is thrown away."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise Unanswered("there is no Chromium on this machine")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        own = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [program, *FLAGS, *own, "about:blank"], stderr=subprocess.DEVNULL
        )
        try:
            yield Browser(_address(Path(profile) / "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait(STARTED)


def _address(told: Path) -> str:
    """Where a Chromium listens that has just been started, from the file in which it tells."""
    until = time.monotonic() + STARTED
    while time.monotonic() < until:
        if told.is_file() and len(lines := told.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(LOOK)
    raise Unanswered("Chromium does not start")
