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
from musicgen.json_files import InvalidJson, read_json
from musicgen.prepared.piece_rows import FIELD_DTYPE, PieceRow
from musicgen.prepared.plan import VERSION
from musicgen.prepared.shard import STATISTICS, DamagedSet, check_array, map_array
from musicgen.statistics.sums import StatisticsSums

PIECES, REFUSED = "pieces", "refused.json"
MAX_REFUSED = 10_000  # listed files; all are counted
MAX_OPEN_SHARDS = 8  # pages of mapped files count as memory of the process until they are closed
MAX_STATISTICS_BYTES = 2**26


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
        """Steps of each piece: (P,) int32; raises DamagedSet."""
        return self._of_pieces("lengths", "<i4")

    def sides(self, shares: Shares) -> np.ndarray:
        """Side of each piece, as indices of SPLITS: (P,). Related pieces have the same."""
        groups, folder = self._of_pieces("groups", "<i4"), self.folder / PIECES
        positions, name = map_array(folder, "group_positions"), "group_positions"
        reaches = positions.ndim == 1 and len(positions) > groups.max(initial=-1)
        check_array(folder, name, positions, "<f8", reaches and bool(np.isfinite(positions).all()))
        return split_groups(np.asarray(positions), shares)[groups]

    def _of_pieces(self, name: str, like: str) -> np.ndarray:
        """An array with a number of each piece, none negative: (P,)."""
        array, folder = map_array(self.folder / PIECES, name), self.folder / PIECES
        whole = array.shape == (self.index.pieces,)
        check_array(folder, name, array, like, whole and bool(array.min(initial=0) >= 0))
        return array

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
        folder, index = self._data.folder / PIECES, self._data.index
        starts = np.asarray(map_array(folder, "shard_starts"))
        rises = starts.shape == (index.shards + 1,) and bool((np.diff(starts) >= 0).all())
        whole = rises and (starts[0], starts[-1]) == (0, index.pieces)
        check_array(folder, "shard_starts", starts, "<i8", whole)
        return starts

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
        return self._shard(shard).steps(number - int(self._starts[shard]))

    def _shard(self, number: int) -> _Shard:
        """A shard, of which the last few used stay open."""
        if number not in self._shards:
            while len(self._shards) >= MAX_OPEN_SHARDS:
                self._shards.popitem(last=False)
            first, last = self._starts[number : number + 2]
            lengths = self._data.lengths[first:last]
            path = shard_path(self._data.folder, number)
            self._shards[number] = _Shard(path, lengths, self._data.encoding)
        self._shards.move_to_end(number)
        return self._shards[number]


class _Shard:
    """The mapped arrays of a shard; raises DamagedSet where they do not fit each other.

    lengths: steps of its pieces, as the data set has them.
    """

    def __init__(self, folder: Path, lengths: np.ndarray, encoding: Encoding) -> None:
        self._folder, self._encoding = folder, encoding
        self._sizes = np.array([field.size for field in encoding.fields])
        own = map_array(folder, "lengths")
        check_array(folder, "lengths", own, "<i4", np.array_equal(own, lengths))
        self._ends = np.cumsum(own, dtype=np.int64)
        self._fields = map_array(folder, "steps")
        shape = (int(self._ends[-1]) if len(own) else 0, len(self._sizes))
        check_array(folder, "steps", self._fields, FIELD_DTYPE.str, self._fields.shape == shape)
        self._rows, self._row_ends = map_array(folder, "rows"), map_array(folder, "row_ends")
        ends = np.concatenate([[0], self._row_ends])
        whole = len(ends) == len(own) + 1 and bool((np.diff(ends) >= 0).all())
        check_array(folder, "row_ends", self._row_ends, "<i8", whole)
        check_array(folder, "rows", self._rows, "u1", self._rows.shape == (ends[-1],))

    def steps(self, piece: int) -> Steps:
        fields = self._fields[slice(*_range(self._ends, piece))]
        check_array(
            self._folder, "steps", fields, FIELD_DTYPE.str, bool((fields < self._sizes).all())
        )
        row = PieceRow.from_bytes(self._rows[slice(*_range(self._row_ends, piece))].tobytes())
        return row.steps(fields, self._encoding)


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
