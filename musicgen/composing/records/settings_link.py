"""Settings as a short text that fits into a link."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, parse_json

MAX_CHARACTERS = 2000
_MAX_BYTES = 10_000  # unpacked


def to_link(settings: ComposeSettings) -> str:
    """Pack settings into some hundred characters of a URL's alphabet.

    Those that have their default are left out: a change of a default is another version.
    """
    entry, defaults = settings.to_json(), ComposeSettings().to_json()
    other = {name: value for name, value in entry.items() if value != defaults[name]}
    text = json.dumps({**other, "version": entry["version"]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(link: str) -> ComposeSettings:
    """Unpack the settings of a link; raises InvalidSetting."""
    damaged = "the link holds no settings of ours: it was cut or changed"
    if len(link) > MAX_CHARACTERS:
        raise InvalidSetting(damaged)
    try:
        packed = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        unpacked = zlib.decompressobj().decompress(packed, _MAX_BYTES)
        entry: dict[str, Any] = parse_json(unpacked, dict[str, Any], "the link")
    except (binascii.Error, zlib.error, ValueError, InvalidJson):
        # base64 raises a plain ValueError on characters outside of ASCII.
        raise InvalidSetting(damaged) from None
    return ComposeSettings.from_json(entry)
