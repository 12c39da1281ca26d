"""Refusal of requests that another web site has a browser send to this server.

A site whose name suddenly leads to this computer (DNS rebinding) sends its own name as Host; a
page of another site sends its own address as Origin. Streamlit checks the Host of WebSockets only,
and asks the network for this computer's address when an Origin is foreign.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")
FORBIDDEN = 403  # HTTP status
POLICY_VIOLATION = 1008  # WebSocket status
_REFUSAL = (
    "This server does not answer requests under this name or from this site. Whoever runs it can "
    "allow a name with --server.allowedHosts, and a site with --server.corsAllowedOrigins.\n"
)


class AllowedHosts:
    """ASGI middleware that refuses requests by their Host and Origin headers, HTTP and WebSocket.

    Host: a name in the option `server.allowedHosts`, by default of this computer. Origin, where a
    browser sends one: the Host itself or in the option `server.corsAllowedOrigins`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_allowed(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(_REFUSAL, FORBIDDEN)(scope, receive, send)
        else:
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)


def _is_allowed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a request has one Host that is allowed, and no Origin that is not."""
    hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
    origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
    if len(hosts) != 1 or not is_host_allowed(hosts[0]):
        return False
    allowed = {str(origin).lower().rstrip("/") for origin in _option("server.corsAllowedOrigins")}
    return all(_is_same(origin, hosts[0]) or origin in allowed for origin in origins)


def is_host_allowed(host: str) -> bool:
    """Whether a Host header, with or without a port, names a host that the server answers."""
    try:
        address = urlsplit(f"//{host}")
        name = (address.hostname or "").rstrip(".")
        _ = address.port  # raises ValueError for one that is no number
    except ValueError:
        return False
    if address.netloc != host or "@" in host or not name:
        return False
    patterns = [str(pattern).strip().lower() for pattern in _option("server.allowedHosts")]
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in patterns or THIS_COMPUTER
    )


def _is_same(origin: str, host: str) -> bool:
    """Whether a page of this origin came from this host."""
    return origin in (f"http://{host}", f"https://{host}")


def _option(name: str) -> list[str]:
    return list(st.get_option(name) or ())
