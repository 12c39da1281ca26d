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

# Texts that zlib refers to in place of spelling them out, the most frequent ones last. It may never
# change: a link is unpacked with the dictionary that it was packed with. Settings that it does not
# have are spelled out.
_DICTIONARY = (
    b'"notes":500,"bars":null,"field_temperature":{"pitch":0."duration":0."shift":0."next":0.'
    b'},"top_k":40,"lowest":36,"highest":84,"density":0.5,"chord_strength":0.5,"from_home":false,'
    b'"particles":1,"rhythm_tail":1.0,"endings":16,"grid":"16th","key":"C# minor"Bb major",'
    b'"chords":"C | Am7 | F G","top_p":0.98,"program":0,"variations":4,"bars":32,'
    b'"metre":"6/8"3/4","transpose":-2,"pickup":0.0,"parts":4,"form":"AABA","span":24,'
    b'"silence":4.0,"seed":1,"temperature":0.86,"tempo":120.0,"tempo":80.0,"metre":"4/4",'
    b'"max_copy":16,"pickup":1.0,"transpose":0,"parts":0,"counterpoint":1.0,"form":"","span":0,'
    b'"silence":16.0,"ensemble":1,"version":6}'
)


def to_link(settings: ComposeSettings) -> str:
    """Pack settings into some 50 characters of a URL's alphabet.

    Those that have their default are left out: a change of a default is another version.
    """
    entry, defaults = settings.to_json(), ComposeSettings().to_json()
    other = {name: value for name, value in entry.items() if value != defaults[name]}
    text = json.dumps({**other, "version": entry["version"]}, separators=(",", ":"))
    packer = zlib.compressobj(level=9, zdict=_DICTIONARY)
    packed = packer.compress(text.encode()) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_link(link: str) -> ComposeSettings:
    """Unpack the settings of a link; those of earlier versions are packed without the dictionary.

    Raises InvalidSetting.
    """
    damaged = "the link holds no settings of ours: it was cut or changed"
    if len(link) > MAX_CHARACTERS:
        raise InvalidSetting(damaged)
    try:
        packed = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        unpacker = zlib.decompressobj(zdict=_DICTIONARY)
        unpacked = unpacker.decompress(packed, _MAX_BYTES)
        if not unpacker.eof:  # its check sum is missing, or it is too long
            raise InvalidSetting(damaged)
        entry: dict[str, Any] = parse_json(unpacked, dict[str, Any], "the link")
    except (binascii.Error, zlib.error, ValueError, InvalidJson):
        # base64 raises a plain ValueError on characters outside of ASCII.
        raise InvalidSetting(damaged) from None
    return ComposeSettings.from_json(entry)
