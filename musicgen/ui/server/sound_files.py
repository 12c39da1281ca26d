"""The route `/Compose/sound/NAME`: the synthesizer that runs in the browser, and its SoundFont.

A browser loads the scripts of audio worklets by their address only, so that Streamlit cannot send
them with a component.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

_SCRIPTS = Path(__file__).parents[1] / "components/spessasynth"
PATH = "/Compose/sound"
_CACHE = {"Cache-Control": "max-age=86400"}  # seconds; the names have no version


def base_path() -> str:
    """The server's base path with a slash before it, or nothing."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def address() -> str:
    """Path of the files, to which a browser adds a slash and a name."""
    return base_path() + PATH


def routes() -> list[Route]:
    """Return the route, below the server's base path if it has one."""
    return [Route(f"{base_path()}{PATH}/{{name}}", _respond)]


def _respond(request: Request) -> Response:
    name = request.path_params["name"]
    if name in ("synthesizer.js", "processor.js"):
        return FileResponse(_SCRIPTS / name, media_type="text/javascript", headers=_CACHE)
    if name == "general-midi.sf2":
        from musicgen.rendering.wav import soundfont_path  # half a second of every start

        return FileResponse(soundfont_path(), media_type="application/octet-stream", headers=_CACHE)
    return PlainTextResponse("there is no such file", 404)
