"""Reading `weights.safetensors` and `optimizer.safetensors` of a checkpoint from anywhere.

Sizes are checked before anything is read, and that every number is finite. Imports no Keras.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from safetensors import SafetensorError
from safetensors.numpy import load_file

from musicgen.errors import MusicgenError
from musicgen.files import open_file, reason_of
from musicgen.json_files import InvalidJson, parse_json

MAX_BYTES = 512 * 2**20
MAX_HEADER_BYTES = 2**20
MAX_TENSORS = 4096
LENGTH_BYTES = 8  # the header's length, little-endian, comes first
ITEM_BYTES = {"F32": 4, "F64": 8, "I64": 8, "I32": 4, "U32": 4, "U64": 8}
_Size = Annotated[int, Meta(ge=0, le=MAX_BYTES)]


class BadWeights(MusicgenError):
    """A file of weights that is missing, damaged or not of this model."""


class TensorInfo(msgspec.Struct):
    """Type and shape of one array, from the header of the file."""

    dtype: str
    shape: Annotated[list[_Size], Meta(max_length=8)]
    data_offsets: tuple[_Size, _Size]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def read_header(path: Path) -> dict[str, TensorInfo]:
    """Type and shape of each array of a file, by name. Raises BadWeights."""
    try:
        file_bytes = path.stat().st_size
        if file_bytes > MAX_BYTES:
            raise BadWeights(f"{path.name} is larger than {MAX_BYTES >> 20} MiB")
        with open_file(path) as file:
            length = int.from_bytes(file.read(LENGTH_BYTES), "little")
            if length > min(MAX_HEADER_BYTES, file_bytes):
                raise BadWeights(f"{path.name} is damaged: its header does not fit")
            header = file.read(length)
    except OSError as problem:
        raise BadWeights(f"{path.name} cannot be read: {reason_of(problem)}") from None
    tensors = _tensors(header, path.name)
    if any(info.dtype not in ITEM_BYTES for info in tensors.values()):
        raise BadWeights(f"{path.name} holds numbers of a type that no weight has")
    data_bytes = sum(info.size * ITEM_BYTES[info.dtype] for info in tensors.values())
    if data_bytes != file_bytes - LENGTH_BYTES - length:
        raise BadWeights(f"{path.name} is damaged: its size is not that of its arrays")
    return tensors


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file by name. Raises BadWeights, also for NaN and infinity."""
    read_header(path)
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError, MemoryError) as problem:
        raise BadWeights(f"{path.name} cannot be read: {problem}") from None
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise BadWeights(f"{path.name}: {name[:80]} holds NaN or infinity")
    return arrays


def _tensors(header: bytes, name: str) -> dict[str, TensorInfo]:
    try:
        arrays: dict[str, msgspec.Raw] = parse_json(header, dict[str, msgspec.Raw], name)
        if len(arrays) > MAX_TENSORS:
            raise BadWeights(f"{name} holds {len(arrays):,} arrays: more than any model")
        arrays.pop("__metadata__", None)
        return {key: parse_json(bytes(raw), TensorInfo, name) for key, raw in arrays.items()}
    except InvalidJson as problem:
        raise BadWeights(str(problem)) from None
