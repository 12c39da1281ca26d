"""Streamlit's scripts from memory: the same bytes, and nothing else."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit
from starlette.responses import PlainTextResponse

from musicgen.ui.server.static_scripts import ScriptsFromMemory

FOLDER = Path(streamlit.__file__).parent / "static" / "static" / "js"
LARGEST = max(FOLDER.glob("*.js"), key=lambda path: path.stat().st_size)


def answer(path: str, **scope: object) -> tuple[dict[bytes, bytes], bytes]:
    """The headers and the body, through the middleware; the app behind it says "left"."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    app = ScriptsFromMemory(PlainTextResponse("left"))
    asked = {"type": "http", "method": "GET", "path": path} | scope
    with ThreadPoolExecutor() as pool:  # a browser's test may have left a loop in this thread
        pool.submit(asyncio.run, app(asked, None, send)).result()
    assert len(sent) == 2  # in one piece
    return dict(sent[0]["headers"]), sent[1]["body"]


def test_a_script_is_the_file_that_streamlit_has_and_stays_with_the_browser():
    for _ in range(2):
        headers, body = answer(f"/static/js/{LARGEST.name}")
        assert body == LARGEST.read_bytes()
        assert headers[b"content-type"].startswith(b"application/javascript")
        assert headers[b"content-length"] == str(len(body)).encode()
        assert b"immutable" in headers[b"cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/Data",
        LARGEST.name,
        f"/{LARGEST.name}",
        f"/static/js//{LARGEST.name}",
        "/static/js/",
        "/static/js/none.js",
        "/static/js/../index.html",
        "/static/js/../../../__init__.py",
    ],
)
def test_all_else_is_left_to_streamlit(path: str):
    assert answer(path)[1] == b"left"


def test_other_methods_are_left_to_streamlit():
    assert answer(f"/static/js/{LARGEST.name}", method="POST")[1] == b"left"
