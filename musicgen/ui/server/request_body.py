"""The body of a request that the browser sends, within bounds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse


async def read_body(request: Request, what: str, max_bytes: int) -> bytes | PlainTextResponse:
    """The JSON of a request, unparsed, or the answer that refuses it.

    what: that is sent, in the plural, for the answer.
    """
    if request.headers.get("content-type") != "application/json":
        return PlainTextResponse(f"{what} are sent as application/json", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            return PlainTextResponse(f"these are too many {what} at once", 413)
    return bytes(body)
