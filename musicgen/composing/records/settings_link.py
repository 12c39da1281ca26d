"""Settings as a short text that fits into a link, and back."""

from __future__ import annotations

import base64
import binascii
import json
import zlib

from musicgen.composing.settings import ComposeSettings

MAX_CHARACTERS = 2000
_MOST_BYTES = 10_000  # unpacked


def to_link(settings: ComposeSettings) -> str:
    """All settings in a few hundred characters of a URL's alphabet."""
    text = json.dumps(settings.to_json(), separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(link: str) -> ComposeSettings:
    """The settings of a link; ValueError where it holds none or some that cannot be."""
    wrong = "the link holds no settings of ours: it was cut or changed"
    if len(link) > MAX_CHARACTERS:
        raise ValueError(wrong)
    try:
        packed = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        entry = json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise ValueError(wrong) from None
    if not isinstance(entry, dict):
        raise ValueError(wrong)
    return ComposeSettings.from_json(entry)
