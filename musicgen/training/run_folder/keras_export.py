"""A run's model as a `.keras` file, made by a process that may load Keras."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from musicgen.errors import MusicgenError
from musicgen.models.checkpoints.checkpoint import CONFIG, open_checkpoint
from musicgen.models.settings import ClassicSettings
from musicgen.progress import Progress
from musicgen.training.run_folder.run import Run

SECONDS = 180  # for Keras to be loaded and the file to be written
LOOK = 0.2  # seconds between two words with whoever waits for it


class KerasExportFailed(MusicgenError):
    """A `.keras` file that could not be made, and why."""


def opens_without_package(run: Run) -> bool:
    """Whether Keras alone can open the file; of other models it needs this package beside it."""
    return isinstance(run.settings.model, ClassicSettings)


def keras_file_name(run: Run) -> str:
    """The run's name; of `classic` the notebook's pattern: epoch and loss, in nats, of the best."""
    if not opens_without_package(run):
        return f"{run.name}.keras"
    facts = open_checkpoint(run.checkpoint()).facts
    epoch, bits = facts.get("epoch"), facts.get("loss")
    epoch = epoch if isinstance(epoch, int) else 0
    loss = bits * math.log(2) if isinstance(bits, int | float) else 0.0
    return f"my_weights-improvement={epoch:02d}-{loss:.4f}-bigger.keras"


def checkpoint_identity(run: Run) -> tuple[str, int, int]:
    """Folder, inode and time of the checkpoint that is exported: another one after Continue."""
    folder = run.checkpoint()
    status = (folder / CONFIG).stat()
    return str(folder), status.st_ino, status.st_mtime_ns


def keras_file(run: Run, progress: Progress | None = None) -> bytes:
    """The best checkpoint as a `.keras` file; NoExport says what went wrong.

    progress(0, 0) is called now and then while Keras is at work; what it raises ends that.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.keras"
        command = [sys.executable, "-m", "musicgen.models.checkpoints.keras_file"]
        try:
            _await([*command, str(run.checkpoint()), str(out)], progress)
            return out.read_bytes()
        except OSError as problem:
            raise KerasExportFailed(str(problem)) from None


def _await(command: Sequence[str], progress: Progress | None) -> None:
    """Have a process do it; NoExport with its last words where it fails or takes too long."""
    quiet, piped = subprocess.DEVNULL, subprocess.PIPE
    end, said = time.monotonic() + SECONDS, None
    with subprocess.Popen(command, stdout=quiet, stderr=piped, text=True) as process:
        try:
            while said is None:
                with suppress(subprocess.TimeoutExpired):
                    said = process.communicate(timeout=LOOK)[1]
                if said is None and time.monotonic() > end:
                    raise KerasExportFailed(f"it was not written within {SECONDS} seconds")
                if progress:
                    progress(0, 0)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        lines = said.strip().splitlines()
        raise KerasExportFailed(lines[-1][:300] if lines else "it could not be written")
