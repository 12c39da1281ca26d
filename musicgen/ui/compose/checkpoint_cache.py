"""Checkpoints that are loaded for composing, shared by all browser sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.style.training_profile import PROFILE_FILES, TrainingProfile
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint

Identity: TypeAlias = frozenset[tuple[str, int, int, int]]  # name, inode, mtime (ns), bytes


@dataclass(frozen=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint with its ONNX sessions and the profile of its training pieces."""

    checkpoint: Checkpoint
    engine: OnnxModel
    profile: TrainingProfile


class CheckpointCache:
    """A bounded cache of loaded checkpoints, the least recently used released first.

    A checkpoint folder is written once and then only renamed or deleted, so its files identify it.
    A training that writes its status or metrics beside it does not have it loaded again.
    """

    def __init__(self, max_open: int) -> None:
        self._max_open = max_open
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, tuple[Identity, LoadedCheckpoint]] = OrderedDict()

    def get(self, folder: Path) -> LoadedCheckpoint:
        """Return the checkpoint of a folder, loaded if it is not. Raises BadCheckpoint."""
        with self._lock:
            self._release_stale()
            if folder not in self._open:
                identity = checkpoint_identity(folder)
                self._open[folder] = identity, _load(folder)
            self._open.move_to_end(folder)
            while len(self._open) > self._max_open:
                self._open.popitem(last=False)
            return self._open[folder][1]

    def __len__(self) -> int:
        return len(self._open)

    def _release_stale(self) -> None:
        """Drop checkpoints whose files were replaced or deleted."""
        for folder, (identity, _) in list(self._open.items()):
            if checkpoint_identity(folder) != identity:
                del self._open[folder]


def checkpoint_identity(folder: Path) -> Identity:
    """Identify the files of a checkpoint and of its run's training profile; empty if deleted."""
    profile_files = [folder.parent.parent / name for name in PROFILE_FILES]
    try:
        paths = [*folder.iterdir(), *profile_files]
    except OSError:
        return frozenset()
    return frozenset(stat for path in paths if (stat := _file_identity(path)) is not None)


def _file_identity(path: Path) -> tuple[str, int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:  # deleted meanwhile, or never written
        return None
    return path.name, stat.st_ino, stat.st_mtime_ns, stat.st_size


def _load(folder: Path) -> LoadedCheckpoint:
    try:
        checkpoint = open_checkpoint(folder)
        return LoadedCheckpoint(checkpoint, OnnxModel(checkpoint), TrainingProfile.load(folder))
    except BadCheckpoint:
        raise
    except Exception as problem:  # ONNX Runtime's errors have no other common base class
        raise BadCheckpoint(f"{folder.name} cannot be opened: {problem}") from None
