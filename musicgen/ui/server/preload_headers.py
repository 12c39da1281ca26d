"""`Link` headers: browsers load the scripts of charts and tables while Streamlit starts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MANIFEST = Path(st.__file__).parent / "static" / "manifest.json"
_ENTRY = "index.html"  # its own scripts are loaded by the page itself
# A browser would ask for the charts' script, of 5 MB, when the first chart comes, a second later.
# The scripts of the Data page's widgets and tables are loaded on the home page only: on the Data
# page so many requests would delay Streamlit's own.
_CHARTS = ("PlotlyChart",)
_WIDGETS = ("Selectbox", "Button", "Metric", "ButtonGroup", "Slider", "Checkbox", "TextInput")
_TABLES = ("DataFrame",)
_PRELOAD = "rel=modulepreload; crossorigin; fetchpriority=low"
_PREFETCH = "rel=prefetch; as=script; crossorigin"
_PAGES = {  # path -> name of a chunk in the manifest -> parameters of its link
    "/": dict.fromkeys(_CHARTS + _WIDGETS, _PRELOAD) | dict.fromkeys(_TABLES, _PREFETCH),
    "/Data": dict.fromkeys(_CHARTS, _PRELOAD),
}


class PreloadHeaders:
    """ASGI middleware that adds the `Link` header to the HTML of pages with charts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", link_header(scope["path"]))
            await send(message)

        has_charts = scope["type"] == "http" and scope["path"] in _PAGES
        await self._app(scope, receive, send_with_header if has_charts else send)


@cache
def link_header(page: str) -> str:
    """Return the header of a page; empty when this Streamlit has no such manifest."""
    try:
        manifest = json.loads(_MANIFEST.read_text(encoding="utf-8"))
        loaded = set(manifest[_ENTRY]["imports"])
        return ", ".join(
            f"</{file}>; {parameters}"
            for name, parameters in _PAGES[page].items()
            for key, chunk in manifest.items()
            if chunk.get("name") == name
            for file in _files(manifest, key, loaded)
        )
    except (OSError, ValueError, KeyError):
        return ""


def _files(manifest: dict[str, Any], key: str, loaded: set[str]) -> list[str]:
    """Return the files of a chunk and of the chunks that it imports, without those loaded."""
    if key in loaded or key == _ENTRY:
        return []
    loaded.add(key)
    chunk = manifest[key]
    imports = [_files(manifest, imported, loaded) for imported in chunk.get("imports", ())]
    return [chunk["file"], *(file for files in imports for file in files)]
