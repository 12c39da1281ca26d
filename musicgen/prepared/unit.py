"""Units: the scores of a slice of the source's files, in one file, sorted by shard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.score_cache import ReadResult
from musicgen.corpus.score_tables import ScoreHeader, header_of, score_from, tables_of
from musicgen.corpus.time_choice import TimeChoice, with_time
from musicgen.errors import MusicgenError
from musicgen.files import open_file, write_bytes
from musicgen.prepared.encoding_facts import EncodingFacts, encoding_facts
from musicgen.prepared.plan import Plan
from musicgen.score import Score

_LENGTH_BYTES = 8  # of the header's length, before it


class DamagedPart(MusicgenError):
    """A file of a prepared folder that is not as it was written."""


@dataclass(frozen=True)
class StoredScore:
    """A score with the hash of its music and the name of its file."""

    digest: bytes
    file: str
    header: ScoreHeader
    tables: bytes

    def score(self) -> Score:
        """The score; ValueError where its tables do not fit."""
        return score_from(self.header, self.tables)


@dataclass(frozen=True)
class UnitHeader:
    """What is known of a unit without reading its scores."""

    facts: EncodingFacts
    refused: tuple[RefusedFile, ...]
    edges: tuple[int, ...]  # (shards + 1,) byte offsets of the segments, from the end of the header


def stored_score(piece: Piece, time: TimeChoice) -> StoredScore:
    """A score as it is stored; its hash depends on the music alone, not on names of files."""
    score = with_time(piece.score, time)
    header, tables = header_of(score), tables_of(score)
    digest = hashlib.sha256(msgspec.json.encode(replace(header, name="")) + tables).digest()[:16]
    return StoredScore(digest, piece.file.file, header, tables)


def write_unit(path: Path, results: Iterable[ReadResult], plan: Plan) -> None:
    """Write a unit from the results of reading its files."""
    refused: list[RefusedFile] = []
    segments: list[list[StoredScore]] = [[] for _ in range(plan.shards)]
    scores: list[tuple[bytes, Score]] = []
    for result in results:
        if isinstance(result, Piece):
            stored = stored_score(result, plan.time)
            segments[plan.shard_of(stored.digest)].append(stored)
            scores.append((stored.digest, with_time(result.score, plan.time)))
        elif isinstance(result, RefusedFile):
            refused.append(result)
    encoded = [msgspec.msgpack.encode(segment) for segment in segments]
    edges = [0]
    for segment in encoded:
        edges.append(edges[-1] + len(segment))
    facts = encoding_facts(plan.encoding, scores)
    header = msgspec.msgpack.encode(UnitHeader(facts, tuple(refused), tuple(edges)))
    write_bytes(path, len(header).to_bytes(_LENGTH_BYTES, "big") + header + b"".join(encoded))


def read_header(path: Path) -> UnitHeader:
    """The header of a unit; raises DamagedPart."""
    return _read(path)[0]


def read_segment(path: Path, shard: int) -> list[StoredScore]:
    """The scores of a unit that belong to a shard; raises DamagedPart."""
    header, start = _read(path)
    with open_file(path) as file:
        file.seek(start + header.edges[shard])
        data = file.read(header.edges[shard + 1] - header.edges[shard])
    try:
        segment: list[StoredScore] = msgspec.msgpack.decode(data, type=list[StoredScore])
    except msgspec.MsgspecError as problem:
        raise DamagedPart(f"'{path.name}' is damaged: {problem}") from None
    return segment


def _read(path: Path) -> tuple[UnitHeader, int]:
    """The header of a unit, and the byte at which its segments begin."""
    try:
        with open_file(path) as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            header: UnitHeader = msgspec.msgpack.decode(file.read(length), type=UnitHeader)
    except (OSError, msgspec.MsgspecError) as problem:
        raise DamagedPart(f"'{path.name}' is damaged: {problem}") from None
    return header, _LENGTH_BYTES + length


def pieces_of_shard(units: Sequence[Path], shard: int) -> list[StoredScore]:
    """All scores of a shard in order of their hashes, then of their files."""
    stored = [score for unit in units for score in read_segment(unit, shard)]
    return sorted(stored, key=lambda score: (score.digest, score.file))
