"""Export of a run's model to a `.keras` file, by another process, which loads Keras."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from musicgen.errors import MusicgenError
from musicgen.limited_process import ProcessFailed, run_limited
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    BadCheckpoint,
    open_checkpoint,
    open_without_graphs,
)
from musicgen.models.settings import ClassicSettings
from musicgen.progress import Progress
from musicgen.training.run_folder.run import Run

TIMEOUT_SECONDS = 180  # for loading Keras and writing the file
KERAS_FILE = "musicgen.models.checkpoints.keras_file"  # the module that writes it


class KerasExportFailed(MusicgenError):
    """A `.keras` file that could not be written, and why."""


def opens_without_package(run: Run) -> bool:
    """Whether Keras can open the file where this package is not installed."""
    return isinstance(run.settings.model, ClassicSettings)


def keras_file_name(run: Run) -> str:
    """Name of the exported file: RUN.keras.

    For `classic` it is the notebook's pattern, with the epoch and the loss in nats.
    """
    if not opens_without_package(run):
        return f"{run.name}.keras"
    facts = open_checkpoint(run.checkpoint()).facts
    epoch, bits = facts.get("epoch"), facts.get("loss")
    epoch = epoch if isinstance(epoch, int) else 0
    loss = bits * math.log(2) if isinstance(bits, int | float) else 0.0
    return f"my_weights-improvement={epoch:02d}-{loss:.4f}-bigger.keras"


def checkpoint_identity(run: Run) -> tuple[str, int, int]:
    """Folder, inode and time of the checkpoint that an export holds.

    It changes with every checkpoint, so that an earlier export is not taken for a new one.
    Inode and time are 0 where the checkpoint is damaged.
    """
    folder = run.checkpoint()
    try:
        status = (folder / CONFIG).stat()
    except OSError:
        return str(folder), 0, 0
    return str(folder), status.st_ino, status.st_mtime_ns


def keras_file(run: Run, progress: Progress | None = None) -> bytes:
    """The best checkpoint as the bytes of a `.keras` file. Raises KerasExportFailed.

    progress: called with (0, 0) again and again; an exception from it ends the export.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.keras"
        arguments = [str(run.checkpoint()), str(out)]
        try:
            open_without_graphs(run.checkpoint())  # says what is damaged before Keras is loaded
            run_limited(KERAS_FILE, arguments, TIMEOUT_SECONDS, progress=progress)
            return out.read_bytes()
        except (BadCheckpoint, ProcessFailed) as problem:
            raise KerasExportFailed(str(problem)) from None
        except OSError as problem:
            raise KerasExportFailed(str(problem)) from None
