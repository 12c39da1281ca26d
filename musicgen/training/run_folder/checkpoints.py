"""Checkpoints of a run: which exist, and which of them are the latest and the best."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    OPTIMIZER,
    BadCheckpoint,
    is_whole,
    open_without_graphs,
)
from musicgen.paths import BadName
from musicgen.training.run_folder.position import TrainingPosition
from musicgen.training.run_folder.registry import find_checkpoint
from musicgen.training.run_folder.run import CheckpointPointer, Run, UnknownRun

_NUMBER = re.compile(r"(\d+)")


def latest_checkpoint(run: Run) -> Path | None:
    """The checkpoint to resume from; None where the run has saved none."""
    try:
        return run.checkpoint("latest")
    except UnknownRun:
        return None


def replace_damaged_latest(run: Run) -> str:
    """Make the best checkpoint the latest one where that is damaged; returns what was done.

    Empty where it is whole. Raises BadCheckpoint where no other can be resumed from.
    """
    latest = latest_checkpoint(run)
    if latest is None or is_whole(latest):
        return ""
    best = run.checkpoint("best") if (latest.parent / "best.json").is_file() else latest
    if best == latest or not (best / OPTIMIZER).is_file() or not is_whole(best):
        raise BadCheckpoint(
            f"{latest.name} is damaged, and there is no other checkpoint to resume from: "
            f"fine-tune from another run, or delete {latest.parent} to begin anew"
        )
    set_pointers(best, best=True)
    return f"checkpoint {latest.name} is damaged: the training goes on from {best.name}"


def starting_checkpoint(run: Run) -> Path | None:
    """The run's latest checkpoint, or the one that it is fine-tuned from; None without either."""
    start_from = run.settings.start_from
    return latest_checkpoint(run) or (find_checkpoint(start_from) if start_from else None)


def saved_checkpoints(run: Run) -> list[Path]:
    """Folders of the run's checkpoints, the latest first; empty where none can be opened."""
    try:
        best = run.checkpoint()
        folders = [folder for folder in best.parent.iterdir() if (folder / CONFIG).is_file()]
    except (UnknownRun, BadName, OSError):
        return []
    return sorted({best, *folders}, key=lambda folder: number_aware(folder.name), reverse=True)


def count_models(run: Run) -> int:
    """Of how many models a run's best checkpoint is the mean; 1 where it cannot be read."""
    try:
        return 1 + len(open_without_graphs(run.checkpoint()).members)
    except (UnknownRun, BadCheckpoint):
        return 1


def number_aware(name: str) -> list[str | int]:
    """Sort key by which epoch-9999 comes before epoch-10000."""
    return [int(part) if part.isdecimal() else part for part in _NUMBER.split(name)]


def new_checkpoint_folder(run: Run, position: TrainingPosition) -> Path:
    """A folder that does not exist, named after a position; the name of no best or latest one."""
    parent = run.folder / "checkpoints"
    name = f"epoch-{position.epoch:04d}" + (f"-{position.step:05d}" if position.batch else "")
    while name in _best_and_latest(parent):
        name += "-again"
    folder = parent / name
    if folder.exists():  # left by a session that was killed before it set the pointers
        shutil.rmtree(folder)
    return folder


def set_pointers(checkpoint: Path, best: bool) -> None:
    """Make a checkpoint the latest, and the best if so; delete those that are neither."""
    parent = checkpoint.parent
    pointer = asdict(CheckpointPointer(checkpoint.name))
    write_json(parent / "latest.json", pointer)
    if best:
        write_json(parent / "best.json", pointer)
    remaining = _best_and_latest(parent)
    for folder in parent.iterdir():
        if folder.is_dir() and folder.name not in remaining:
            shutil.rmtree(folder, ignore_errors=True)


def _best_and_latest(parent: Path) -> set[str]:
    names: set[str] = set()
    for pointer in ("best", "latest"):
        with suppress(InvalidJson):
            names.add(read_json(parent / f"{pointer}.json", CheckpointPointer).checkpoint)
    return names
