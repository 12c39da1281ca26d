"""Pieces that stay on one side of the split: how many, in what groups, and the time to find them.

    python -m benchmarks.splits.related_pieces [SOURCE ...] [--files 1000 10000] [--json]

Default: both bundled collections. Each row has the pieces that are grouped as near-duplicates and
with shared melodies, and the largest group. The rows of --files are pieces of all sources,
transposed and shortened so that there are as many, with the seconds of near-duplicates, of shared
melodies, and of the whole split.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count, islice
from typing import Any

import numpy as np

from benchmarks.many_files import COLLECTIONS, MIN_NOTES, varied
from musicgen.corpus.load import load_collection
from musicgen.corpus.related.near_duplicates import near_duplicates
from musicgen.corpus.related.shared_melodies import shared_melodies
from musicgen.corpus.related.shared_ngrams import connected_groups
from musicgen.corpus.split import split_pieces
from musicgen.score import Score

ROUNDS = 3  # of which the fastest counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", nargs="*", default=COLLECTIONS, metavar="SOURCE")
    parser.add_argument("--files", type=int, nargs="*", default=[])
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    collections = {source: load_collection(source).scores for source in arguments.source}
    rows = [measure(source, scores) for source, scores in collections.items()]
    pieces = [score for scores in collections.values() for score in scores]
    pieces = [piece for piece in pieces if len(piece) > MIN_NOTES]
    for files in arguments.files:
        copies = (
            varied(piece, turn)
            for turn in count()
            for piece in pieces
            if turn < len(piece) - MIN_NOTES
        )
        rows.append(measure(f"{files} copies", list(islice(copies, files))))
    if arguments.json:
        print(json.dumps(rows))
        return
    print("pieces  near-duplicates  largest  with melodies  largest   seconds: each, whole split")
    for row in rows:
        print(
            f"{row['pieces']:6}{row['duplicates'][0]:17}{row['duplicates'][1]:9}"
            f"{row['related'][0]:15}{row['related'][1]:9}"
            f"{row['seconds'][0]:12.2f}{row['seconds'][1]:6.2f}{row['seconds'][2]:6.2f}"
            f"   {row['source']}"
        )


def measure(source: str, scores: Sequence[Score]) -> dict[str, Any]:
    """Grouped pieces and the largest group, by near-duplicates and with shared melodies."""
    placed = [score.on_grid().pitched for score in scores]
    duplicate_seconds, duplicates = timed(lambda: near_duplicates(placed))
    melody_seconds, melodies = timed(lambda: shared_melodies(placed))
    split_seconds, _ = timed(lambda: split_pieces(scores))
    return {
        "source": source,
        "pieces": len(scores),
        "duplicates": grouped(len(scores), duplicates),
        "related": grouped(len(scores), np.concatenate([duplicates, melodies])),
        "seconds": (duplicate_seconds, melody_seconds, split_seconds),
    }


def grouped(pieces: int, pairs: np.ndarray) -> tuple[int, int]:
    """Number of pieces that are in a group with others, and the size of the largest group."""
    sizes = Counter(connected_groups(pieces, pairs)).values()
    return sum(size for size in sizes if size > 1), max(sizes, default=0)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the fastest of several calls, and its result."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


if __name__ == "__main__":
    main()
