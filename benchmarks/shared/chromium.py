"""A Chromium driven by a minimal DevTools client, for measurements.

Playwright, like a debugger, makes the browser record a stack trace for every error and promise,
for which scripts are parsed once more: the charts of the chorales appear half a second later.
This client uses only the methods of the DevTools protocol that do not, and reads measured times
from a stopwatch within the page.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE_PIXELS = (1280, 900)
TIMEOUT_SECONDS = 180.0
POLL_SECONDS = 0.1  # polling takes some of the page's time
START_SECONDS = 60.0  # time limit for the browser to start, to answer or to end

# seek(): the first visible element that matches a selector and contains a text, also within shadow
# roots. middle(): the coordinates of its centre, null where it is disabled.
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


class PageTimeout(RuntimeError):
    """A page or the browser did not respond as expected, or a call failed."""


class Session:
    """A DevTools connection to the browser or to one of its pages."""

    def __init__(self, address: str) -> None:
        self._socket: ClientConnection = connect(address, open_timeout=START_SECONDS, max_size=None)
        self._count = 0

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._count += 1
        call = {"id": self._count, "method": method, "params": arguments}
        self._socket.send(json.dumps(call))
        while (answer := json.loads(self._socket.recv(TIMEOUT_SECONDS))).get("id") != self._count:
            pass  # an event
        if "error" in answer:
            raise PageTimeout(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        self._socket.close()


class Page(Session):
    """A page in a browser session of its own."""

    def __init__(self, address: str, script: str) -> None:
        super().__init__(address)
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=_SEEK + script)

    def goto(self, url: str) -> None:
        """Start to load an address; returns at once."""
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise PageTimeout(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float | None = None) -> Any:
        """Wait until an expression is true and return its value; else PageTimeout.

        seconds: the longest; TIMEOUT_SECONDS where it is left open.
        """
        until = time.monotonic() + (TIMEOUT_SECONDS if seconds is None else seconds)
        while time.monotonic() < until:
            time.sleep(POLL_SECONDS)
            if value := self.evaluate(expression):
                return value
        raise PageTimeout(f"timed out waiting for {expression}")

    def wait_for(self, selector: str, words: str = "", *, seconds: float | None = None) -> None:
        """Wait until an element is visible; PageTimeout after so long."""
        self.wait(f"!!({_element(selector, words)})", seconds)

    def click(self, selector: str, words: str = "") -> float:
        """Click on the centre of an element, once it is there, enabled and does not move.

        Returns the time of the click by `time.perf_counter`.
        """
        centre = f"middle({_element(selector, words)})"
        place = self.wait(centre)
        while (now := self.wait(centre)) != place:
            place = now
        x, y = place
        clicked = time.perf_counter()
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)
        return clicked

    def choose_files(self, selector: str, paths: Sequence[Path]) -> None:
        """Choose files in an input, which may be invisible, once it is there."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{found}")
        element = self.call("Runtime.evaluate", expression=found)["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=element)

    def press(self, key: str, code: int) -> None:
        """Press and release a key in the focused element; code is its `keyCode` in the DOM."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    def write(self, text: str) -> None:
        """Type a text into the focused element."""
        self.call("Input.insertText", text=text)


def _element(selector: str, words: str) -> str:
    """JavaScript of the first visible element that matches a selector and contains a text."""
    return f"seek({json.dumps(selector)}, {json.dumps(words)})"


class Browser:
    """A running Chromium."""

    def __init__(self, address: str) -> None:
        self._session = Session(address)
        self._pages = address.partition("/devtools/")[0] + "/devtools/page/"

    @contextmanager
    def page(self, script: str = "") -> Iterator[Page]:
        """A page in a new browser session; the script runs before those of the page."""
        call = self._session.call
        context = call("Target.createBrowserContext")["browserContextId"]
        width, height = SIZE_PIXELS
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
    """Start a Chromium with a temporary profile."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise PageTimeout("there is no Chromium on this machine")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [program, *FLAGS, *options, "about:blank"], stderr=subprocess.DEVNULL
        )
        try:
            yield Browser(_address(Path(profile) / "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _address(port_file: Path) -> str:
    """Address of a Chromium that was just started, from the file that it writes."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if port_file.is_file() and len(lines := port_file.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(POLL_SECONDS)
    raise PageTimeout("Chromium does not start")
