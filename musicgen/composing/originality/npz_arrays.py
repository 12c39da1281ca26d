"""Arrays of an `.npz` file from anywhere, read within bounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike

from musicgen.errors import MusicgenError

MAX_HEADER_BYTES = 4096
MAX_RATIO = 500  # unpacked bytes / compressed bytes: equal numbers compress well
BYTES_AT_ONCE = 2**18  # read; they stay in the processor's cache
ANY_RATIO_BYTES = 2**20  # small members may have any ratio


class BadArrays(MusicgenError):
    """A file that does not hold these arrays, and why."""


def read_arrays(
    data: bytes, dtypes: Mapping[str, DTypeLike], max_length: int
) -> dict[str, np.ndarray]:
    """Read arrays of one axis by name, each of its type and within a length. Raises BadArrays.

    The size of each is known before it is read: that of its header is that of the zip member.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                name: _read(archive, name, np.dtype(dtype), max_length)
                for name, dtype in dtypes.items()
            }
    except BadArrays:
        raise
    except MemoryError:
        raise BadArrays("there is not enough memory for it") from None
    except Exception as problem:  # zipfile, zlib and NumPy raise many kinds on damaged bytes
        raise BadArrays(f"it is damaged: {problem}") from None


def _read(archive: zipfile.ZipFile, name: str, dtype: np.dtype, max_length: int) -> np.ndarray:
    member = archive.getinfo(f"{name}.npy")
    if member.file_size > max_length * dtype.itemsize + MAX_HEADER_BYTES:
        raise BadArrays(f"'{name}' is longer than {max_length:,}")
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > ANY_RATIO_BYTES and ratio > MAX_RATIO:
        raise BadArrays(f"'{name}' unpacks to {ratio:,.0f} times its size")
    with archive.open(member) as file:
        length = _length(file, name, dtype)
        fits = 0 <= length * dtype.itemsize <= member.file_size
        values = np.empty(length if fits else 0, dtype)
        if not fits or not _fill(values.view(np.uint8), file):
            raise BadArrays(f"'{name}' has another size than it says")
    return values


def _fill(values: np.ndarray, file: IO[bytes]) -> bool:
    """Read bytes into an array; whether they are all that the file has: (N,) uint8.

    A part at a time: bytes of the whole array would take its memory once more.
    """
    rest = values.data
    while part := file.read(min(len(rest), BYTES_AT_ONCE)):
        rest[: len(part)] = part
        rest = rest[len(part) :]
    return not len(rest) and not file.read(1)


def _length(file: IO[bytes], name: str, dtype: np.dtype) -> int:
    """Length of an array by its header, which is read."""
    if npy.read_magic(file) != (1, 0):
        raise BadArrays(f"'{name}' is of an unknown version")
    shape, _, stored = npy.read_array_header_1_0(file, max_header_size=MAX_HEADER_BYTES)
    if len(shape) != 1 or stored != dtype:
        raise BadArrays(f"'{name}' has another type or shape")
    return int(shape[0])
