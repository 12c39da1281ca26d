"""A prepared data set, opened: what it holds, its split, its statistics and its pieces."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.prepared_folders import INDEX
from musicgen.corpus.split import SPLITS, Shares, split_groups
from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import MusicgenError
from musicgen.json_files import InvalidJson, read_json
from musicgen.prepared.piece_rows import PieceRow
from musicgen.prepared.plan import VERSION
from musicgen.prepared.shard import STATISTICS, map_array
from musicgen.statistics.sums import StatisticsSums

PIECES, REFUSED = "pieces", "refused.json"
MAX_REFUSED = 10_000  # listed files; all are counted
MAX_OPEN_SHARDS = 8  # pages of mapped files count as memory of the process until they are closed
MAX_STATISTICS_BYTES = 2**26


class DamagedSet(MusicgenError):
    """A prepared data set that cannot be read, or is not finished."""


@dataclass(frozen=True)
class SetIndex:
    """Content of the file that is written last."""

    source: str  # name of what was prepared
    content: str  # hash of all pieces and the encoding
    encoding: dict[str, Any]
    shards: int
    pieces: int
    refused: int
    groups: int  # of related pieces
    with_duplicates: int  # pieces that have a near-duplicate
    version: int = VERSION


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """A finished prepared folder. Its arrays are mapped, so that opening takes no memory."""

    folder: Path
    index: SetIndex

    @cached_property
    def encoding(self) -> Encoding:
        return encoding_from_json(self.index.encoding)

    @cached_property
    def statistics(self) -> StatisticsSums:
        """The sums of the shards' statistics; raises DamagedSet."""
        try:
            sums: StatisticsSums = read_json(
                self.folder / STATISTICS, StatisticsSums, MAX_STATISTICS_BYTES
            )
        except InvalidJson as problem:
            raise DamagedSet(f"'{self.folder.name}' cannot be read: {problem}") from None
        return sums

    @cached_property
    def refused(self) -> tuple[RefusedFile, ...]:
        """The first refused files; raises DamagedSet."""
        try:
            files: tuple[RefusedFile, ...] = read_json(
                self.folder / REFUSED, tuple[RefusedFile, ...]
            )
        except InvalidJson as problem:
            raise DamagedSet(f"'{self.folder.name}' cannot be read: {problem}") from None
        return files

    @cached_property
    def lengths(self) -> np.ndarray:
        """Steps of each piece: (P,) int32."""
        return map_array(self.folder / PIECES, "lengths")

    def sides(self, shares: Shares) -> np.ndarray:
        """Side of each piece, as indices of SPLITS: (P,). Related pieces have the same."""
        groups = map_array(self.folder / PIECES, "groups")
        positions = map_array(self.folder / PIECES, "group_positions")
        return split_groups(np.asarray(positions), shares)[groups]

    def pieces(self, side: str, shares: Shares) -> StoredPieces:
        """The pieces of a side that have steps, in order of their hashes."""
        chosen = (self.sides(shares) == SPLITS.index(side)) & (self.lengths > 0)
        return StoredPieces(self, np.flatnonzero(chosen))


class StoredPieces(Sequence[Steps]):
    """Encoded pieces that are read from disk each time they are asked for."""

    def __init__(self, data: PreparedSet, chosen: np.ndarray) -> None:
        """chosen: numbers of the pieces in the data set, rising."""
        self._data, self._chosen = data, chosen
        self._shards: OrderedDict[int, _Shard] = OrderedDict()

    @cached_property
    def lengths(self) -> np.ndarray:
        """Steps of each piece: (P,) int64."""
        return self._data.lengths[self._chosen].astype(np.int64)

    @cached_property
    def _starts(self) -> np.ndarray:
        """Number of the first piece of each shard, then of all pieces: (S + 1,)."""
        return np.asarray(map_array(self._data.folder / PIECES, "shard_starts"))

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> Steps: ...
    @overload
    def __getitem__(self, index: slice) -> StoredPieces: ...
    def __getitem__(self, index: int | slice) -> Steps | StoredPieces:
        if isinstance(index, slice):
            return StoredPieces(self._data, self._chosen[index])
        number = int(self._chosen[index])
        shard = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self._shard(shard).steps(number - int(self._starts[shard]), self._data.encoding)

    def _shard(self, number: int) -> _Shard:
        """A shard, of which the last few used stay open."""
        if number not in self._shards:
            while len(self._shards) >= MAX_OPEN_SHARDS:
                self._shards.popitem(last=False)
            self._shards[number] = _Shard(shard_path(self._data.folder, number))
        self._shards.move_to_end(number)
        return self._shards[number]


class _Shard:
    """The mapped arrays of a shard."""

    def __init__(self, folder: Path) -> None:
        self._fields = map_array(folder, "steps")
        self._rows = map_array(folder, "rows")
        self._ends = np.cumsum(np.load(folder / "lengths.npy", allow_pickle=False), dtype=np.int64)
        self._row_ends = np.load(folder / "row_ends.npy", allow_pickle=False)

    def steps(self, piece: int, encoding: Encoding) -> Steps:
        fields = self._fields[slice(*_range(self._ends, piece))]
        row = PieceRow.from_bytes(self._rows[slice(*_range(self._row_ends, piece))].tobytes())
        return row.steps(fields, encoding)


def open_prepared(folder: Path) -> PreparedSet:
    """Open a finished prepared folder; raises DamagedSet."""
    try:
        index: SetIndex = read_json(folder / INDEX, SetIndex)
    except InvalidJson as problem:
        raise DamagedSet(f"'{folder.name}' is no finished prepared data set: {problem}") from None
    if index.version != VERSION:
        raise DamagedSet(f"'{folder.name}' was prepared by another version: prepare it again")
    return PreparedSet(folder, index)


def shard_path(folder: Path, number: int) -> Path:
    """Folder of a shard."""
    return folder / "shards" / f"{number:04}"


def _range(ends: np.ndarray, index: int) -> tuple[int, int]:
    return (int(ends[index - 1]) if index else 0), int(ends[index])
