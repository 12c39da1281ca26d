"""The endpoint `/Compose/edits`: a piece for the editor in the browser, and edits of it.

`GET ?piece=ID` answers with the piece, `POST` adds edits. The browser sends them when a gesture
ends, so that nothing is lost with its tab. Other sites cannot send any: see `allowed_hosts`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from musicgen.ui.server.sound_files import base_path

PATH = "/Compose/edits"
MAX_BODY_BYTES = 16 * 2**20


def routes() -> list[Route]:
    """Return the routes of the endpoint, below the server's base path if it has one."""
    path = f"{base_path()}{PATH}"
    return [Route(path, _read, methods=["GET"]), Route(path, _add, methods=["POST"])]


def _read(request: Request) -> Response:
    """Answer with a piece; not async, so that Starlette reads the files in a thread."""
    from musicgen.ui.server import edit_answers  # with all that reads and writes music

    return edit_answers.answer_piece(request.query_params.get("piece", ""))


async def _add(request: Request) -> Response:
    """Answer with the piece that has the edits of the request's body."""
    if request.headers.get("content-type") != "application/json":
        return PlainTextResponse("edits are sent as application/json", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return PlainTextResponse("these are too many edits at once", 413)
    return await run_in_threadpool(_add_in_thread, bytes(body))


def _add_in_thread(body: bytes) -> Response:
    from musicgen.ui.server import edit_answers

    return edit_answers.answer_edits(body)
