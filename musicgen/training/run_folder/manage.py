"""Rename and delete runs."""

from __future__ import annotations

from dataclasses import replace

from musicgen.bin import RUNS, move_to_bin
from musicgen.files import write_json
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE
from musicgen.training.worker.launch import InvalidRunState


def rename(run: Run, name: str) -> Run:
    """Rename a run. Raises FileExistsError where the name is taken, and InvalidRunState."""
    name = checked_name(name)
    folder = runs_folder() / name
    _check_ended(run)
    if folder == run.folder:
        return run
    if folder.exists() or (PRETRAINED / name).exists():
        raise FileExistsError(f"there is a run '{name}' already: choose another name")
    settings = replace(run.settings, name=name)
    run.folder.rename(folder)
    write_json(folder / "run.json", settings.to_json())
    return Run(folder)


def delete(run: Run) -> None:
    """Move a run with its checkpoints to the bin. Raises InvalidRunState."""
    _check_ended(run)
    move_to_bin(run.folder, RUNS)


def _check_ended(run: Run) -> None:
    """Raise InvalidRunState where a run is bundled or being trained."""
    if run.bundled:
        raise InvalidRunState(f"'{run.name}' came with the program and cannot be changed")
    if run.status().state in ALIVE:
        raise InvalidRunState(f"run '{run.name}' is being trained: stop it first")
