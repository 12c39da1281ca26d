"""N-gram indices of very many notes, kept in the workspace: sorting them takes most of an opening.

A file is the sorted array of an index, named by the hash of the codes. It is mapped, so that it
takes no memory of its own and programs share it. One that is missing or damaged is made again; one
that cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import mmap
from contextlib import suppress
from pathlib import Path

import numpy as np

from musicgen.composing.originality.ngram_index import NgramIndex, ngram_hashes
from musicgen.files import open_file, write_bytes
from musicgen.paths import home

MIN_NOTES = 2_000_000  # fewer are sorted in less than a tenth of a second
MAX_FILES = 4
CHECKED = 4096  # n-grams of a file whose hashes are computed again


def find_ngrams(codes: np.ndarray, length: int) -> NgramIndex:
    """The index of all n-grams of `length` codes (M,), from the workspace where it is there."""
    if len(codes) < MIN_NOTES:
        return NgramIndex.build(codes, length)
    digest = hashlib.sha256(np.ascontiguousarray(codes).data).hexdigest()[:32]
    path = home() / "cache" / "ngrams" / f"{digest}-{length}"
    index = _map(path, codes, length)
    if index is None:
        index = NgramIndex.build(codes, length)
        with suppress(OSError):
            _save(path, index)
    return index


def _map(path: Path, codes: np.ndarray, length: int) -> NgramIndex | None:
    """The index of a file; None where there is none that is sound."""
    try:
        with open_file(path) as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # ValueError: it is empty
        return None
    if hasattr(mapped, "madvise"):
        mapped.madvise(mmap.MADV_WILLNEED)  # read ahead: the first question would wait for it
    count = len(codes) - length + 1
    if len(mapped) != count * np.dtype(np.uint64).itemsize:
        return None
    index = NgramIndex.of_sorted(np.frombuffer(mapped, np.uint64), length)
    return index if _is_sound(index, codes) else None


def _is_sound(index: NgramIndex, codes: np.ndarray) -> bool:
    """Whether a sample of an index is in order and has the hashes of the codes."""
    rows = np.linspace(0, len(index.packed) - 1, CHECKED).astype(np.int64)
    packed = index.packed[rows]
    positions = (packed & index.position_mask).astype(np.int64)
    if positions.max() >= len(index.packed) or (packed[1:] < packed[:-1]).any():
        return False
    ngrams = codes[positions[:, None] + np.arange(index.length)]
    hashes = ngram_hashes(ngrams, index.length)[:, 0]
    return bool(((hashes ^ packed) & ~index.position_mask == 0).all())


def _save(path: Path, index: NgramIndex) -> None:
    """Write a file, and delete the oldest where there are many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, index.packed.data)
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)
    for file in files[:-MAX_FILES]:
        file.unlink(missing_ok=True)
