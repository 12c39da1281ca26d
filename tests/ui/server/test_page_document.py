"""What the documents of pages have beside Streamlit's: a start script, a live region."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from musicgen.ui.server.page_document import (
    LIVE_REGION,
    PAGES,
    PageDocument,
    extended,
    start_command,
    stopped_text,
)

INDEX = Path(streamlit.__file__).parent / "static/index.html"
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip"}


def answer(path: str, headers: dict[str, str]) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body that a server like Streamlit's, which compresses, answers with."""
    routes = [
        Route("/Data", lambda request: FileResponse(INDEX)),
        Route("/json", lambda request: JSONResponse({"</body>": 1})),
    ]
    middleware = [Middleware(PageDocument), Middleware(GZipMiddleware)]
    app, sent = Starlette(routes=routes, middleware=middleware), []
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]

    requests = [{"type": "http.request"}]

    async def receive() -> dict[str, Any]:
        if not requests:
            await asyncio.Event().wait()  # the browser stays connected
        return requests.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as threads:  # pytest of a browser has a loop running in this one
        threads.submit(asyncio.run, app(scope, receive, send)).result()
    return dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])


def test_the_start_script_comes_before_those_of_streamlit() -> None:
    html = extended(INDEX.read_bytes()).decode()
    assert html.index("BACKEND_BASE_URL") < html.index('<script type="module"')
    assert html.count(f'id="{LIVE_REGION}" role="status"') == 1
    assert html.index("stCaptionContainer") < html.index('<script type="module"')
    assert "The page is being opened …" in html


def test_a_browser_gets_the_whole_document_whatever_it_has_already() -> None:
    for known in ({}, {"if-none-match": "*", "range": "bytes=0-9"}):
        headers, body = answer("/Data", BROWSER | known)
        assert LIVE_REGION.encode() in body and int(headers[b"content-length"]) == len(body)
        assert b"etag" not in headers and b"content-encoding" not in headers


def test_other_answers_stay_as_they_are() -> None:
    assert answer("/json", BROWSER)[1] == b'{"</body>":1}'
    assert LIVE_REGION.encode() not in answer("/Data", {})[1]  # not for a browser


def test_pages_are_those_of_the_folder() -> None:
    assert PAGES == ("Data", "Train", "Compose")


def test_a_stopped_server_says_how_to_start_it(monkeypatch) -> None:
    monkeypatch.delenv("MUSICGEN_SHARED", raising=False)
    assert stopped_text()["command"] == start_command()
    assert start_command().endswith("-m streamlit run streamlit_app.py")
    monkeypatch.setenv("MUSICGEN_SHARED", "1")  # paths of the server are no one else's business
    assert stopped_text()["command"] == "" and "/" not in stopped_text()["text"]
