"""Requests to routes without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.routing import Route

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of a response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def run_in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine; a browser test may have left an event loop in this thread."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


class Client:
    """A client of some routes."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._app = Starlette(routes=routes)

    def get(self, path: str, **query: str) -> Answer:
        return run_in_thread(self._answer("GET", path, urlencode(query), b"", ""))

    def delete(self, path: str, **query: str) -> Answer:
        return run_in_thread(self._answer("DELETE", path, urlencode(query), b"", ""))

    def post(self, path: str, body: Any, content_type: str = "application/json") -> Answer:
        data = json.dumps(body).encode()
        return run_in_thread(self._answer("POST", path, "", data, content_type))

    async def _answer(
        self, method: str, path: str, query: str, body: bytes, content_type: str
    ) -> Answer:
        sent: list[dict[str, Any]] = []
        received = asyncio.Event()

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            if received.is_set():
                await asyncio.Event().wait()  # the client stays connected
            received.set()
            return {"type": "http.request", "body": body, "more_body": False}

        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"content-type", content_type.encode())],
        }
        await self._app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))
