"""Seals of step graphs: which graphs this program exported in this workspace.

A graph is a program, so one that came from elsewhere is not run. The seal of a checkpoint is a
code over its graphs (HMAC, RFC 2104) with a key that lies in the workspace: nobody else can make
one. A checkpoint without a valid seal is no harm; its graphs are exported again from its weights.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from musicgen.files import open_file
from musicgen.paths import home

FILE = "graphs.seal"
KEY_FILE = ".graph-key"
KEY_BYTES = 32
SEAL_CHARACTERS = 64


def write_seal(
    folder: Path, state: Mapping[str, Sequence[int]], graphs: Mapping[str, bytes]
) -> None:
    """Seal graphs that this process has exported; none where the workspace cannot be written."""
    with suppress(OSError):
        (folder / FILE).write_text(_code(_make_key(), state, graphs))


def is_sealed(
    folder: Path, state: Mapping[str, Sequence[int]], graphs: Mapping[str, bytes]
) -> bool:
    """Whether these graphs and the shapes of their state are as this program exported them."""
    try:
        with open_file(folder / FILE) as file:
            seal = file.read(SEAL_CHARACTERS).decode()
        return hmac.compare_digest(seal, _code(_read_key(), state, graphs))
    except (OSError, ValueError, TypeError):
        return False


def _code(key: bytes, state: Mapping[str, Sequence[int]], graphs: Mapping[str, bytes]) -> str:
    hashes = [(name, hashlib.sha256(graph).hexdigest()) for name, graph in graphs.items()]
    shapes = [(name, list(shape)) for name, shape in state.items()]
    text = json.dumps({"graphs": hashes, "state": sorted(shapes)})
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _read_key() -> bytes:
    """The key of this workspace. Raises OSError where it has none.

    It includes the inode of its file: in a workspace that somebody else has made and handed on,
    seals are not valid.
    """
    path = home() / KEY_FILE
    with open_file(path) as file:
        key, inode = file.read(KEY_BYTES), os.fstat(file.fileno()).st_ino
    if len(key) != KEY_BYTES:
        raise OSError(f"{path} is damaged")
    return key + inode.to_bytes(16, "big")


def _make_key() -> bytes:
    """The key of this workspace, drawn where it has none yet."""
    with suppress(OSError):
        return _read_key()
    home().mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=home(), prefix=KEY_FILE)  # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster
            os.link(temporary, home() / KEY_FILE)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return _read_key()
