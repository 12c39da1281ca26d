"""Recordings that go on: what was played in so far, until it is written into its piece.

The browser sends a recording after each key, and a sign of life in between. One that gives none was
cut off, with its browser or the whole computer: the next page that shows its piece writes it there.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec

from musicgen.files import write_bytes
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import home

MAX_NOTES = 100_000
MAX_DAYS = 90  # of a recording that was cut off
MAX_ENDED = 1000  # keys
BEGINNING = "beginning"  # place of what is played in for the beginning of a piece

PlayedNote: TypeAlias = tuple[  # start and duration in ticks of what it is played into
    Annotated[int, msgspec.Meta(ge=0, le=2**31)],
    Annotated[int, msgspec.Meta(ge=1, le=2**31)],
    Annotated[int, msgspec.Meta(ge=0, le=127)],  # pitch
    Annotated[int, msgspec.Meta(ge=1, le=127)],  # velocity
]
Key = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
_KEY = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Recording:
    """What was played so far."""

    key: Key
    places: Annotated[list[Annotated[str, msgspec.Meta(max_length=80)]], msgspec.Meta(max_length=8)]
    part: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    quantises: bool
    notes: Annotated[list[PlayedNote], msgspec.Meta(max_length=MAX_NOTES)]


_ended: OrderedDict[str, None] = OrderedDict()  # what is sent late does not bring them back


def keep_recording(recording: Recording) -> None:
    """Write a recording in the place of what was known of it, unless it has ended."""
    if recording.key in _ended:
        return
    folder = home() / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / f"{recording.key}.json", msgspec.json.encode(recording))


def kept_recordings(places: Sequence[str]) -> list[tuple[Recording, float]]:
    """Recordings of any of some places, each with the seconds since its last sign of life."""
    found = []
    for path in sorted((home() / "recordings").glob("[!.]*.json")):
        try:
            age = max(0.0, time.time() - path.stat().st_mtime)
            recording: Recording = read_json(path, Recording)
        except (InvalidJson, OSError):
            continue
        if age > MAX_DAYS * 86_400:
            with suppress(OSError):
                path.unlink()
        elif set(places).intersection(recording.places):
            found.append((recording, age))
    return found


def end_recording(key: str) -> bool:
    """Remove a recording; whether it was there, so that only one of two pages takes it over."""
    if not _KEY.fullmatch(key):
        return False
    _ended[key] = None
    while len(_ended) > MAX_ENDED:
        _ended.popitem(last=False)
    try:
        (home() / "recordings" / f"{key}.json").unlink()
    except FileNotFoundError:
        return False
    return True
