"""The last stage: the index, the groups and positions of the split, the sums of the statistics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from musicgen.corpus.prepared_folders import INDEX
from musicgen.corpus.split import group_positions
from musicgen.encoding.steps import Encoding
from musicgen.files import to_json_bytes, write_bytes
from musicgen.prepared.data_set import MAX_REFUSED, PIECES, REFUSED, SetIndex
from musicgen.prepared.plan import Plan
from musicgen.prepared.shard import STATISTICS, map_array, read_statistics, save_arrays
from musicgen.prepared.shared_ngrams import related_groups
from musicgen.prepared.unit import read_header
from musicgen.statistics.sums import sum_statistics


def first_pieces(shards: Sequence[Path]) -> np.ndarray:
    """Number of the first piece of each shard, then of all pieces: (S + 1,) int64."""
    counts = [len(map_array(shard, "lengths")) for shard in shards]
    return np.cumsum([0, *counts], dtype="<i8")


def finish(
    folder: Path,
    plan: Plan,
    encoding: Encoding,
    units: Sequence[Path],
    shards: Sequence[Path],
    ngrams: Sequence[Path],
    partitions: Sequence[Path],
) -> None:
    """Write what is of the whole data set; the index last."""
    starts = first_pieces(shards)
    duplicates, groups = related_groups(ngrams, partitions, int(starts[-1]))
    positions = np.concatenate([map_array(shard, "positions") for shard in shards])
    save_arrays(
        folder / PIECES,
        {
            "shard_starts": starts,
            "lengths": np.concatenate([map_array(shard, "lengths") for shard in shards]),
            "groups": groups.astype("<i4"),
            "group_positions": group_positions(groups, positions),
        },
    )
    sums = sum_statistics(map(read_statistics, shards))
    write_bytes(folder / STATISTICS, msgspec.json.encode(sums))
    refused = (file for unit in units for file in read_header(unit).refused)
    listed = list(islice(refused, MAX_REFUSED))
    write_bytes(folder / REFUSED, msgspec.json.encode(listed))
    twins = np.bincount(duplicates)[duplicates] > 1 if len(duplicates) else duplicates
    index = SetIndex(
        plan.source,
        _content(shards, encoding),
        encoding.to_json(),
        len(shards),
        int(starts[-1]),
        len(listed) + sum(1 for _ in refused),
        len(np.unique(groups)),
        int(np.sum(twins)),
    )
    write_bytes(folder / INDEX, to_json_bytes(msgspec.to_builtins(index)))


def _content(shards: Sequence[Path], encoding: Encoding) -> str:
    """Hash of all pieces and of the encoding."""
    digest = hashlib.sha256(json.dumps(encoding.to_json(), sort_keys=True).encode())
    for shard in shards:
        digest.update(np.asarray(map_array(shard, "digests")).tobytes())
    return digest.hexdigest()[:32]
