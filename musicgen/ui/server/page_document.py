"""What every page's HTML has beside Streamlit's: a style sheet, a start script, a live region."""

from __future__ import annotations

import json
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from musicgen.paths import is_shared
from musicgen.ui.shared.page_style import PAGE_STYLE

ROOT = Path(__file__).resolve().parents[3]
PAGES = tuple(path.stem.partition("_")[2] for path in sorted((ROOT / "pages").glob("*.py")))
# Parts of an address that make another view, which is a step of the browser's history.
VIEW_PARAMETERS = ("collection", "view", "piece", "show", "run", "curves", "compose-view")
DEFAULT_PORT = 8501
LIVE_REGION = "musicgen-live-region"  # id; start.js copies `frame.announce` into it
_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
_UNWANTED = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
_HEAD_END, _BODY_END = b'<script type="module"', b"</body>"


class PageDocument:
    """ASGI middleware that adds style sheet, start script and live region to HTML documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _opens_page(scope):
            await self._app(scope, receive, send)
            return
        # The whole document as text: neither compressed nor left out as one that is known.
        scope = {
            **scope,
            "headers": [pair for pair in scope["headers"] if pair[0] not in _UNWANTED],
        }
        started: Message | None = None
        parts: list[bytes] = []

        async def send_document(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and _is_html(message):
                started = message
            elif started is None or message["type"] != "http.response.body":
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_whole(send, started, extended(b"".join(parts)))

        await self._app(scope, receive, send_document)


def extended(html: bytes) -> bytes:
    """Return a document with the style sheet, the start script and the live region."""
    region = f'<div id="{LIVE_REGION}" role="status" data-live-announcer="true" style="{_HIDDEN}">'
    html = html.replace(_HEAD_END, _style() + _start_script() + _HEAD_END, 1)
    return html.replace(_BODY_END, f"{region}</div>".encode() + _BODY_END, 1)


def stopped_text() -> dict[str, str]:
    """What a page says when its server has stopped: title, text, command."""
    title = "musicgen does not answer"
    saved = "Nothing is lost: pieces are saved as they are written, and trainings go on."
    if is_shared():
        text = f"Whoever runs it can start it again; this page then goes on. {saved}"
        return {"title": title, "text": text, "command": ""}
    text = f"It was stopped. Start it again in a terminal; this page then goes on. {saved}"
    return {"title": title, "text": text, "command": start_command()}


def start_command() -> str:
    """The command that starts this server again, in the folder that holds its settings."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    port = st.get_option("server.port")
    if port != DEFAULT_PORT:
        command += ["--server.port", str(port)]
    return f"cd {shlex.quote(str(ROOT))}\n{shlex.join(command)}"


def _style() -> bytes:
    return f"<style>{PAGE_STYLE}</style>".encode()


@cache
def _start_script() -> bytes:
    data: dict[str, Any] = {"pages": PAGES, "start": stopped_text()}
    data |= {"views": VIEW_PARAMETERS, "region": LIVE_REGION}
    code = Path(__file__).with_name("document_assets") / "start.js"
    # In JSON within HTML, only `</script>` could end the element.
    entry = json.dumps(data).replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="musicgen-start">{entry}</script>'
        f"<script>{code.read_text('utf-8')}</script>"
    ).encode()


def _opens_page(scope: Scope) -> bool:
    """Whether a browser opens a page by its address."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_html(start: Message) -> bool:
    types = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"] == 200 and any(value.startswith(b"text/html") for value in types)


async def _send_whole(send: Send, start: Message, body: bytes) -> None:
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(body))
    del headers["etag"]  # of the document without what was added
    del headers["last-modified"]
    await send(start)
    await send({"type": "http.response.body", "body": body})
