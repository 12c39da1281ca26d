"""Have browsers fetch the scripts of charts, widgets and tables while Streamlit starts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MANIFEST = Path(st.__file__).parent / "static" / "manifest.json"
_ENTRY = "index.html"  # what it imports is loaded by itself
# A browser would ask for the charts', of 5 MB, when the first one comes, a second later. Those of
# the other elements of the Data page, and of its tables, are fetched on the home page alone: on the
# page itself so many requests would stand in the way of Streamlit's own.
_CHARTS = ("PlotlyChart",)
_WIDGETS = ("Selectbox", "Button", "Metric", "ButtonGroup", "Slider", "Checkbox", "TextInput")
_TABLES = ("DataFrame",)
_PRELOAD = "rel=modulepreload; crossorigin; fetchpriority=low"
_PREFETCH = "rel=prefetch; as=script; crossorigin"
_PAGES = {
    "/": dict.fromkeys(_CHARTS + _WIDGETS, _PRELOAD) | dict.fromkeys(_TABLES, _PREFETCH),
    "/Data": dict.fromkeys(_CHARTS, _PRELOAD),
}


class PreloadedScripts:
    """The HTML of pages with charts names scripts to be fetched ahead, in a `Link` header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", links(scope["path"]))
            await send(message)

        wanted = scope["type"] == "http" and scope["path"] in _PAGES
        await self._app(scope, receive, adding if wanted else send)


@cache
def links(page: str) -> str:
    """The value of a page's header; empty where this Streamlit says nothing of such scripts."""
    try:
        manifest = json.loads(_MANIFEST.read_text(encoding="utf-8"))
        loaded = set(manifest[_ENTRY]["imports"])
        return ", ".join(
            f"</{file}>; {kind}"
            for name, kind in _PAGES[page].items()
            for key, chunk in manifest.items()
            if chunk.get("name") == name
            for file in _files(manifest, key, loaded)
        )
    except (OSError, ValueError, KeyError):
        return ""


def _files(manifest: dict[str, Any], key: str, loaded: set[str]) -> list[str]:
    """The file of a chunk and of those that it imports, itself or through others."""
    if key in loaded or key == _ENTRY:
        return []
    loaded.add(key)
    chunk = manifest[key]
    imported = [_files(manifest, each, loaded) for each in chunk.get("imports", ())]
    return [chunk["file"], *(file for files in imported for file in files)]
