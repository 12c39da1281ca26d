"""Which checkpoints of a run are kept: the latest and the best, named by pointers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from musicgen.files import write_json
from musicgen.training.run_folder.progress import Progress
from musicgen.training.run_folder.run import Run, UnknownRun, find_checkpoint


def latest_checkpoint(run: Run) -> Path | None:
    """Where the run's own training was left, None where it has saved nothing."""
    try:
        return run.checkpoint("latest")
    except UnknownRun:
        return None


def starting_checkpoint(run: Run) -> Path | None:
    """The checkpoint that a run goes on from, its own or the one that it is to be tuned from."""
    start_from = run.settings.start_from
    return latest_checkpoint(run) or (find_checkpoint(start_from) if start_from else None)


def place_for(run: Run, progress: Progress) -> Path:
    """The folder of a checkpoint of this moment, with nothing in it.

    A checkpoint that a pointer names stays until there is another.
    """
    parent = run.folder / "checkpoints"
    name = f"epoch-{progress.epoch:04d}" + (f"-{progress.step:05d}" if progress.batch else "")
    while name in _pointed_to(parent):
        name += "-again"
    folder = parent / name
    if folder.exists():  # of a session whose pointers were never written
        shutil.rmtree(folder)
    return folder


def keep(checkpoint: Path, best: bool) -> None:
    """Make it the run's latest, and its best, and let go those that are neither any more."""
    parent = checkpoint.parent
    write_json(parent / "latest.json", {"checkpoint": checkpoint.name})
    if best:
        write_json(parent / "best.json", {"checkpoint": checkpoint.name})
    kept = _pointed_to(parent)
    for folder in parent.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _pointed_to(parent: Path) -> set[str]:
    return {json.loads(path.read_bytes())["checkpoint"] for path in parent.glob("*.json")}
