"""Requests under another name, or from another site, are refused."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse

from musicgen.ui.server.allowed_hosts import AllowedHosts

HERE = "localhost:8501"


def response_to(kind: str, *headers: tuple[str, str]) -> dict[str, Any]:
    """The first message that the server sends as an answer."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def answers(scope: Any, receive: Any, send: Any) -> None:
        if kind == "http":
            await PlainTextResponse("")(scope, receive, send)
        else:
            await send({"type": "websocket.accept"})

    scope = {
        "type": kind,
        "path": "/",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    with ThreadPoolExecutor() as pool:  # a browser test may have left an event loop in this thread
        pool.submit(asyncio.run, AllowedHosts(answers)(scope, None, send)).result()
    return sent[0]


def is_answered(*headers: tuple[str, str]) -> bool:
    http, socket = response_to("http", *headers), response_to("websocket", *headers)
    assert (http["status"] == 200) == (socket["type"] == "websocket.accept")
    assert http["status"] in (200, 403)
    return http["status"] == 200


@pytest.mark.parametrize("host", [HERE, "LOCALHOST:1", "127.0.0.1", "[::1]:8501", "localhost."])
def test_this_computer_is_answered(host: str):
    assert is_answered(("host", host))
    assert is_answered(("host", host), ("origin", f"http://{host}"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8501", "localhost.evil.example", "evil-localhost", "",
        "localhost@evil.example", "localhost/", "localhost:x", "127.0.0.1.evil.example", "[::1",
        "192.168.1.5", "loc\u00e4lhost", "*", "localhost:8501, evil.example",
    ],
)  # fmt: skip
def test_another_name_is_refused(host: str):
    assert not is_answered(("host", host))
    assert not is_answered(("host", host), ("origin", f"http://{host}"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "http://localhost:9999", "null", "", "http://localhost:8501.evil",
        "file://", "http://evil.example@localhost:8501", "http://127.0.0.1:8501",
    ],
)  # fmt: skip
def test_another_site_is_refused(origin: str):
    assert not is_answered(("host", HERE), ("origin", origin))
    assert not is_answered(("host", HERE), ("origin", f"http://{HERE}"), ("origin", origin))


def test_two_hosts_or_none_are_refused():
    assert not is_answered()
    assert not is_answered(("host", HERE), ("host", "evil.example"))


def test_other_names_can_be_allowed(monkeypatch):
    options = {
        "server.allowedHosts": ["music.example.org", "*.lan"],
        "server.corsAllowedOrigins": ["https://portal.example.org"],
    }
    monkeypatch.setattr(st, "get_option", options.get)
    assert is_answered(("host", "music.example.org"), ("origin", "https://music.example.org"))
    assert is_answered(("host", "piano.lan:80"))
    assert is_answered(("host", "piano.lan"), ("origin", "https://portal.example.org"))
    assert not is_answered(("host", HERE))
    assert not is_answered(("host", "lan"))


def test_without_options_only_this_computer_is_allowed(monkeypatch):
    monkeypatch.setattr(st, "get_option", lambda name: [])
    assert is_answered(("host", HERE))
    assert not is_answered(("host", "music.example.org"))
