"""Shards: the encoded pieces of a range of hashes, in plain arrays of a folder.

`steps.npy` (N, F) has the fields of all pieces one after another, `lengths.npy` (P,) the steps of
each; `rows.npy` and `row_ends.npy` the JSON of each piece (`piece_rows.py`); `digests.npy` (P, 16)
the hashes and `positions.npy` (P,) the positions for the split; `statistics.json` the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tokenize import TokenError

import msgspec
import numpy as np

from musicgen.corpus.split import split_position
from musicgen.encoding.registry import encode_for_training
from musicgen.encoding.steps import Encoding
from musicgen.errors import MusicgenError
from musicgen.files import new_folder, open_file
from musicgen.json_files import read_json
from musicgen.prepared.piece_rows import FIELD_DTYPE, PieceRow
from musicgen.prepared.unit import StoredScore
from musicgen.score import Score
from musicgen.statistics.sums import StatisticsSums, statistics_of

STATISTICS = "statistics.json"
# What NumPy raises for a file that is no array: the header is read as Python.
UNREADABLE_ARRAY = (OSError, EOFError, ValueError, TypeError, SyntaxError, TokenError)
ADVICE = "prepare the music again, into another folder"


class DamagedSet(MusicgenError):
    """A prepared data set that cannot be read, or is not finished."""


def write_shard(
    folder: Path, stored: Sequence[StoredScore], scores: Sequence[Score], encoding: Encoding
) -> None:
    """Write a shard; nothing where another process has written it meanwhile.

    scores: those of `stored`, in the same order.
    """
    pieces = [encode_for_training(encoding, score) for score in scores]
    texts = [PieceRow.of(p, s.file).to_bytes() for p, s in zip(pieces, stored, strict=True)]
    fields = [np.zeros((0, len(encoding.fields)), np.int32), *(piece.fields for piece in pieces)]
    digests = np.frombuffer(b"".join(score.digest for score in stored), np.uint8).reshape(-1, 16)
    arrays = {
        "steps": np.concatenate(fields).astype(FIELD_DTYPE),
        "lengths": np.array(list(map(len, pieces)), "<i4"),
        "rows": np.frombuffer(b"".join(texts), np.uint8),
        "row_ends": np.cumsum(list(map(len, texts)), dtype="<i8"),
        "digests": digests,
        "positions": np.array([split_position(score) for score in scores], "<f8"),
    }
    sums = statistics_of(scores, len(arrays["steps"]))
    save_arrays(folder, arrays, {STATISTICS: msgspec.json.encode(sums)})


def read_statistics(shard: Path) -> StatisticsSums:
    """The statistics of a shard; raises InvalidJson."""
    sums: StatisticsSums = read_json(shard / STATISTICS, StatisticsSums)
    return sums


def save_arrays(
    folder: Path, arrays: dict[str, np.ndarray], texts: dict[str, bytes] | None = None
) -> None:
    """Write a folder of arrays and texts as a whole, unless it is there already."""
    try:
        with new_folder(folder) as temporary:
            for name, array in arrays.items():
                np.save(temporary / f"{name}.npy", array, allow_pickle=False)
            for name, text in (texts or {}).items():
                (temporary / name).write_bytes(text)
    except FileExistsError:
        return  # by another process, with the same content


def map_array(folder: Path, name: str) -> np.ndarray:
    """An array of a folder, mapped into memory; raises DamagedSet."""
    path = folder / f"{name}.npy"
    try:
        open_file(path).close()  # a pipe would be waited for
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except UNREADABLE_ARRAY as problem:
        raise DamagedSet(
            f"'{folder.name}/{path.name}' cannot be read ({problem}): {ADVICE}"
        ) from None
    return array


def check_array(folder: Path, name: str, array: np.ndarray, like: str, holds: bool) -> None:
    """Raise DamagedSet unless an array has the type of those that are written, and `holds`."""
    if array.dtype != np.dtype(like) or not holds:
        raise DamagedSet(f"'{folder.name}/{name}.npy' is damaged: {ADVICE}")
