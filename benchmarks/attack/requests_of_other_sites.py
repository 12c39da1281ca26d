"""Requests with the Host and the Origin of other sites, to a real server."""

from __future__ import annotations

import http.client
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.shared.server import server

PATHS = ("/", "/Data", "/Train/live?run=chorales", "/_stcore/health", "/_stcore/stream")
OTHER_HOSTS = (
    "evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "192.168.1.5:{port}",
    "localhost@evil.example", "127.0.0.1.evil.example", "", "localhost:x", "[::1", "0.0.0.0:{port}",
)  # fmt: skip
OTHER_ORIGINS = (
    "http://evil.example", "https://localhost.evil.example", "http://localhost:1", "null",
    "http://evil.example@localhost:{port}", "file://",
)  # fmt: skip
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
}
FORBIDDEN = 403
ANSWERED = (101, 200)
TIMEOUT_SECONDS = 10.0


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """Requests in random order; every fifth one is a person's own, which must be answered."""
    choices = random.Random(seed)
    with tempfile.TemporaryDirectory() as home, server(Path(home)) as (url, _):
        port = urlsplit(url).port or 80
        for number in range(count):
            path, host, origin = choices.choice(PATHS), f"localhost:{port}", ""
            own = number % 5 == 0
            if not own and choices.random() < 0.5:
                host = choices.choice(OTHER_HOSTS).format(port=port)
                origin = f"http://{host}"
            elif not own:
                origin = choices.choice(OTHER_ORIGINS).format(port=port)
            yield f"{path} Host '{host}' Origin '{origin}'", _case(port, path, host, origin, own)


def _case(port: int, path: str, host: str, origin: str, own: bool) -> Case:
    def send() -> str:
        headers = {"Host": host, **(SOCKET if path.endswith("stream") else {})}
        if origin:
            headers["Origin"] = origin
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        if own and status in ANSWERED:
            return "answered"
        if not own and 400 <= status < 500:  # 400: no Host that HTTP allows
            return "refused"
        raise Failed(f"status {status}")

    return send


ATTACK = Attack(
    "other sites",
    "no other site, and no other name of this computer, gets an answer",
    count=2000,
    sample=40,
    cases=cases,
)
