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
        values = file.read(length * dtype.itemsize + 1)
    if len(values) != length * dtype.itemsize or member.file_size < len(values):
        raise BadArrays(f"'{name}' has another size than it says")
    return np.frombuffer(values, dtype).copy()


def _length(file: IO[bytes], name: str, dtype: np.dtype) -> int:
    """Length of an array by its header, which is read."""
    if npy.read_magic(file) != (1, 0):
        raise BadArrays(f"'{name}' is of an unknown version")
    shape, _, stored = npy.read_array_header_1_0(file, max_header_size=MAX_HEADER_BYTES)
    if len(shape) != 1 or stored != dtype:
        raise BadArrays(f"'{name}' has another type or shape")
    return int(shape[0])
