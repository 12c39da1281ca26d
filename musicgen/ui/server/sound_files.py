"""The route `/Compose/sound/VERSION/NAME`: the synthesizer in the browser, and its SoundFont.

The version is that of the SoundFont: another one has other addresses, whatever a browser keeps.

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
SOUNDFONT = "soundfont"  # name of the file
_CACHE = {"Cache-Control": "max-age=86400"}  # seconds


def base_path() -> str:
    """The server's base path with a slash before it, or nothing."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def address() -> str:
    """Path of the files, to which a browser adds a slash and a name."""
    from musicgen.rendering.soundfonts.library import chosen_soundfont

    return f"{base_path()}{PATH}/{chosen_soundfont().digest}"


def routes() -> list[Route]:
    """Return the route, below the server's base path if it has one."""
    return [Route(f"{base_path()}{PATH}/{{version}}/{{name}}", _respond)]


def _respond(request: Request) -> Response:
    name = request.path_params["name"]
    if name in ("synthesizer.js", "processor.js"):
        return FileResponse(_SCRIPTS / name, media_type="text/javascript", headers=_CACHE)
    if name == SOUNDFONT and (path := _soundfont_file(request.path_params["version"])):
        return FileResponse(path, media_type="application/octet-stream", headers=_CACHE)
    return PlainTextResponse("there is no such file", 404)


def _soundfont_file(version: str) -> Path | None:
    from musicgen.rendering.soundfonts.library import own_soundfonts, shipped_soundfont

    fonts = [shipped_soundfont(), *own_soundfonts()]
    return next((font.file for font in fonts if font.digest == version), None)
