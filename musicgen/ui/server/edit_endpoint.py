"""The endpoint `/Compose/edits`: a piece for the editor in the browser, and edits of it.

`GET ?piece=ID` answers with the piece, `POST` adds edits. The browser sends them when a gesture
ends, so that nothing is lost with its tab. Other sites cannot send any: see `allowed_hosts`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from musicgen.ui.server.request_body import read_body
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
    body = await read_body(request, "edits", MAX_BODY_BYTES)
    if isinstance(body, Response):
        return body
    return await run_in_threadpool(_add_in_thread, body)


def _add_in_thread(body: bytes) -> Response:
    from musicgen.ui.server import edit_answers

    return edit_answers.answer_edits(body)
