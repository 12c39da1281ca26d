"""Endpoints `/Compose/recordings` and `/Compose/draft`: what is played or typed before it is saved.

The browser sends it while it is being made, so that nothing is lost where browser or computer is
killed. `GET recordings?place=ID` answers with those of a piece, each with the milliseconds since
its last sign of life; `DELETE recordings?key=KEY` ends one. `POST draft` takes the typed notes.
Other sites cannot send any: see `allowed_hosts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from musicgen.composing.editing.recordings import (
    Recording,
    end_recording,
    keep_recording,
    kept_recordings,
)
from musicgen.composing.records.typed_drafts import TypedDraft, write_draft
from musicgen.files import USER_ERRORS, message_of
from musicgen.json_files import InvalidJson, parse_json
from musicgen.ui.server.request_body import read_body
from musicgen.ui.server.sound_files import base_path

RECORDINGS_PATH, DRAFT_PATH = "/Compose/recordings", "/Compose/draft"
MAX_BODY_BYTES = 8 * 2**20


def routes() -> list[Route]:
    """Return the routes of the endpoints, below the server's base path if it has one."""
    recordings, draft = base_path() + RECORDINGS_PATH, base_path() + DRAFT_PATH
    return [
        Route(recordings, _list_recordings, methods=["GET"]),
        Route(recordings, _keep_recording, methods=["POST"]),
        Route(recordings, _end_recording, methods=["DELETE"]),
        Route(draft, _keep_draft, methods=["POST"]),
    ]


def _list_recordings(request: Request) -> Response:
    found = kept_recordings(request.query_params.getlist("place"))
    return JSONResponse(
        [{**msgspec.to_builtins(recording), "age": 1000 * age} for recording, age in found]
    )


def _end_recording(request: Request) -> Response:
    return JSONResponse({"ended": end_recording(request.query_params.get("key", ""))})


async def _keep_recording(request: Request) -> Response:
    return await _keep(request, Recording, keep_recording)


async def _keep_draft(request: Request) -> Response:
    return await _keep(request, TypedDraft, write_draft)


async def _keep(request: Request, schema: type, keep: Callable[[Any], None]) -> Response:
    """Keep the body of a request."""
    body = await read_body(request, "drafts", MAX_BODY_BYTES)
    if isinstance(body, Response):
        return body
    try:
        await run_in_threadpool(keep, parse_json(body, schema, "the request"))
    except USER_ERRORS as error:
        return PlainTextResponse(message_of(error), 400 if isinstance(error, InvalidJson) else 500)
    return Response(status_code=204)
