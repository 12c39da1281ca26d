"""Streamlit's own scripts are answered from memory, each in one piece.

A page asks for a hundred of them at once. Streamlit reads them in pieces of 64 KiB, each in another
thread, which takes ten times as long, most of all while a collection is read.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_FOLDER = Path(st.__file__).parent / "static" / "static" / "js"
_ADDRESS = "/static/js"
_HEADERS = {"cache-control": "public, immutable, max-age=31536000"}  # as Streamlit's


class ScriptsFromMemory:
    """Answers for them; all else is left to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET"
        answer = script(scope["path"]) if asked else None
        await (answer or self._app)(scope, receive, send)


def script(path: str) -> Response | None:
    """The answer for a script at that path; None where there is none."""
    folder, _, name = path.rpartition("/")
    return _answer(name) if folder == _ADDRESS and name in _names() else None


@cache
def _names() -> frozenset[str]:
    try:
        return frozenset(path.name for path in _FOLDER.glob("*.js"))
    except OSError:  # another Streamlit, which answers for itself
        return frozenset()


@cache
def _answer(name: str) -> Response:
    content = (_FOLDER / name).read_bytes()
    return Response(content, media_type="application/javascript", headers=_HEADERS)
