"""Giving runs other names, and parting from them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace

from musicgen.files import write_json
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE
from musicgen.training.worker.launch import InvalidRunState


def rename(run: Run, name: str) -> Run:
    """The same run under another name; FileExistsError where it is taken."""
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
    """Remove a run and its checkpoints; it is gone at once, whatever happens meanwhile."""
    _check_ended(run)
    trash = tempfile.mkdtemp(prefix=".deleted-", dir=run.folder.parent)
    try:
        run.folder.rename(f"{trash}/{run.name}")
    finally:
        shutil.rmtree(trash, ignore_errors=True)


def _check_ended(run: Run) -> None:
    """NotNow where a run is bundled or its process is at work."""
    if run.bundled:
        raise InvalidRunState(f"'{run.name}' came with the program and stays as it is")
    if run.status().state in ALIVE:
        raise InvalidRunState(f"run '{run.name}' is being trained: stop it first")
