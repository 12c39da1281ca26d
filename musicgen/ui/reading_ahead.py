"""A collection is read while the browser that asks for it still loads Streamlit's scripts."""

from __future__ import annotations

from threading import Thread
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from musicgen.corpus.library import bundled
from musicgen.ui.collections import KEY
from musicgen.ui.opening import open_ahead

_PAGE = "/Data"


class ReadAhead:
    """Where the Data page's HTML is asked for, its collection is opened in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == _PAGE:
            name = asked_for(scope["query_string"])
            Thread(target=open_ahead, args=(name,), daemon=True).start()
        await self._app(scope, receive, send)


def asked_for(query: bytes) -> str:
    """The collection that a link to the Data page opens."""
    named = parse_qs(query.decode("latin-1")).get(KEY)
    return named[0] if named else bundled()[0].name
