"""Related pieces of a collection that does not fit in memory, by the n-grams that they share.

Each shard saves the n-grams of its pieces, sorted by a hash. A partition is a range of hashes: the
shared n-grams of all pieces are counted in it, and the counts of all partitions added. The result
is that of `corpus.related`, and the cost is linear in the number of notes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musicgen.corpus.related.groups import MIN_SHARES, compared_ngrams
from musicgen.corpus.related.shared_ngrams import (
    connected_groups,
    count_shared,
    distinct_ngrams,
    share_enough,
)
from musicgen.prepared.shard import map_array, save_arrays
from musicgen.score import Score

KINDS = range(len(MIN_SHARES))
NGRAMS_OF_PARTITION = 2**19
MAX_PARTITIONS = 2**16
ROWS_AT_ONCE = 2**20  # of pairs that are added up
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, so that different n-grams have different hashes


def write_ngrams(folder: Path, scores: Sequence[Score]) -> None:
    """Save the n-grams of a shard's scores: by kind their hashes, pieces, and numbers of each."""
    arrays = {}
    for kind, (ngrams, pieces) in enumerate(compared_ngrams(scores)):
        hashes = ngrams.astype(np.uint64) * _MULTIPLIER  # modulo 2 ** 64
        hashes, pieces = distinct_ngrams(hashes, pieces)
        arrays[f"hashes-{kind}"] = hashes
        arrays[f"pieces-{kind}"] = pieces.astype("<i4")
        arrays[f"sizes-{kind}"] = np.bincount(pieces, minlength=len(scores)).astype("<i4")
    save_arrays(folder, arrays)


def count_partitions(shards: Sequence[Path]) -> int:
    """Number of partitions in which the n-grams of all shards are compared."""
    most = max(sum(len(map_array(shard, f"hashes-{kind}")) for shard in shards) for kind in KINDS)
    return min(MAX_PARTITIONS, 1 << max(0, most // NGRAMS_OF_PARTITION).bit_length())


def write_partition(
    folder: Path, shards: Sequence[Path], starts: np.ndarray, partition: int, partitions: int
) -> None:
    """Save the pairs of pieces that share n-grams of one partition, and how many, by kind.

    starts: number of the first piece of each shard, then of all pieces: (S + 1,).
    """
    arrays = {}
    for kind in KINDS:
        hashes, pieces = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for shard, start in zip(shards, starts[:-1].tolist(), strict=True):
            sorted_hashes = map_array(shard, f"hashes-{kind}")
            first, last = _range(sorted_hashes, partition, partitions)
            hashes.append(np.asarray(sorted_hashes[first:last]))
            pieces.append(map_array(shard, f"pieces-{kind}")[first:last].astype(np.int64) + start)
        joined = distinct_ngrams(np.concatenate(hashes), np.concatenate(pieces))
        pairs, shared = count_shared(*joined, int(starts[-1]))
        arrays[f"firsts-{kind}"] = pairs[:, 0].astype("<i4")  # rising
        arrays[f"seconds-{kind}"] = pairs[:, 1].astype("<i4")
        arrays[f"shared-{kind}"] = shared.astype("<i4")
    save_arrays(folder, arrays)


def related_pairs(
    shards: Sequence[Path], partitions: Sequence[Path], kind: int, count: int
) -> np.ndarray:
    """Pairs of pieces that share enough n-grams of a kind: (P, 2).

    count: number of pieces.
    """
    sizes = np.concatenate([map_array(shard, f"sizes-{kind}") for shard in shards])
    rows = sum(len(map_array(partition, f"shared-{kind}")) for partition in partitions)
    blocks = 1 + rows // ROWS_AT_ONCE
    edges = np.linspace(0, count, blocks + 1).astype(np.int64).tolist()
    related = [np.zeros((0, 2), np.int64)]
    for first, last in itertools.pairwise(edges):
        pairs, shared = _sums_of_block(partitions, kind, (first, last), count)
        related.append(pairs[share_enough(shared, sizes[pairs].min(axis=1), MIN_SHARES[kind])])
    return np.concatenate(related)


def related_groups(
    shards: Sequence[Path], partitions: Sequence[Path], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Group numbers of near-duplicates, and of all related pieces: (P,), (P,)."""
    pairs = [related_pairs(shards, partitions, kind, count) for kind in KINDS]
    duplicates = connected_groups(count, pairs[0])
    return np.array(duplicates, np.int64), np.array(
        connected_groups(count, np.concatenate(pairs)), np.int64
    )


def _sums_of_block(
    partitions: Sequence[Path], kind: int, block: tuple[int, int], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose first piece is in a block, (first, last + 1), and what they share in all.

    Arrays are mapped for this block alone: pages that were read count as memory of the process. Of
    each only the pages of the block are read, and those of the search for it.
    """
    keys, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for partition in partitions:
        firsts = map_array(partition, f"firsts-{kind}")
        # With bounds of another type the whole array would be converted.
        rows = slice(*np.searchsorted(firsts, np.array(block, firsts.dtype)).tolist())
        seconds = map_array(partition, f"seconds-{kind}")[rows]
        shared = map_array(partition, f"shared-{kind}")[rows]
        keys.append(firsts[rows].astype(np.int64) * count + seconds)
        values.append(shared.astype(np.int64))
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.bincount(inverse, np.concatenate(values), len(key)).astype(np.int64)
    return np.stack([key // max(1, count), key % max(1, count)], axis=1), total


def _range(hashes: np.ndarray, partition: int, partitions: int) -> tuple[int, int]:
    """The part of sorted hashes that belongs to a partition, as indices."""
    bits = partitions.bit_length() - 1
    edges = [number << (64 - bits) for number in (partition, partition + 1)]
    first = 0 if partition == 0 else int(np.searchsorted(hashes, np.uint64(edges[0])))
    if partition == partitions - 1:
        return first, len(hashes)
    return first, int(np.searchsorted(hashes, np.uint64(edges[1])))
