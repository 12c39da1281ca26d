"""Plan of a prepared folder: its source, its encoding, and how the work is divided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from math import sqrt
from pathlib import Path

from musicgen.bounds import one_of
from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.source_files import Listing
from musicgen.corpus.time_choice import TIME_CHOICES, TimeChoice
from musicgen.encoding.registry import ENCODINGS
from musicgen.errors import MusicgenError
from musicgen.files import to_json_bytes, write_bytes
from musicgen.json_files import InvalidJson, read_json

PLAN = "plan.json"
VERSION = 1  # of the folder's format
MAX_PARTS = 4096  # units, or shards


class UnfitFolder(MusicgenError):
    """A folder that was begun from another source or with other settings."""


@dataclass(frozen=True)
class Plan:
    """What is prepared, and into how many units and shards.

    Units are slices of the source's files, shards are ranges of the hashes of pieces. Both grow
    with the square root of the number of files, so that a shard finds its pieces in few units.
    """

    source: str  # name
    listing: str  # hash of the names and sizes of the source's files
    files: int
    units: int
    shards: int
    encoding: str
    time: TimeChoice
    version: int = VERSION

    def __post_init__(self) -> None:
        one_of("encoding", self.encoding, ENCODINGS)
        one_of("time", self.time, TIME_CHOICES)

    def files_of_unit(self, unit: int) -> slice:
        """The files of a unit, as a slice of the listing."""
        edges = [number * self.files // self.units for number in (unit, unit + 1)]
        return slice(*edges)

    def shard_of(self, digest: bytes) -> int:
        """The shard of a piece with this hash; shards are in order of hashes."""
        return int.from_bytes(digest[:4], "big") * self.shards >> 32


def make_plan(source: str, listing: Listing, encoding: str, time: TimeChoice) -> Plan:
    """The plan for a source; the same on every machine that has the same files."""
    digest = hashlib.sha256()
    for file in listing:
        if isinstance(file, RefusedFile):
            text = file.file
        else:  # without the time of a change, which differs between machines
            text = f"{file.name}\0{file.stamp.partition(':')[0]}"
        digest.update(f"{text}\0\0".encode())
    count = len(listing)
    parts = min(MAX_PARTS, 1 << max(0, round(sqrt(count) / 4)).bit_length())
    return Plan(source, digest.hexdigest()[:32], count, parts, parts, encoding, time)


def settle_plan(folder: Path, plan: Plan) -> None:
    """Write the plan of a folder, or check that the one it has is the same; raises UnfitFolder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PLAN
    if not path.exists():
        if any(name.name[:1] != "." for name in folder.iterdir()) and not path.exists():
            raise UnfitFolder(f"'{folder.name}' holds other files: prepare into a new folder")
        write_bytes(path, to_json_bytes({f.name: getattr(plan, f.name) for f in fields(plan)}))
    begun = read_plan(folder)
    if begun.listing != plan.listing:
        raise UnfitFolder(
            f"'{folder.name}' was begun from other files ('{begun.source}', {begun.files:,} of "
            f"them): prepare into a new folder"
        )
    differing = [f.name for f in fields(plan) if getattr(plan, f.name) != getattr(begun, f.name)]
    if set(differing) - {"source"}:
        raise UnfitFolder(
            f"'{folder.name}' was begun with another {' and '.join(differing)}: prepare into a "
            "new folder"
        )


def read_plan(folder: Path) -> Plan:
    """The plan of a folder; raises UnfitFolder where there is none."""
    try:
        plan: Plan = read_json(folder / PLAN, Plan)
    except InvalidJson as problem:
        raise UnfitFolder(f"'{folder.name}' is no prepared data set: {problem}") from None
    return plan
