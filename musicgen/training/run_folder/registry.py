"""Runs on this computer: the user's own and the bundled ones. Create, find, list."""

from __future__ import annotations

from pathlib import Path

from musicgen.files import new_folder, write_json
from musicgen.paths import PRETRAINED, checked_name, is_shared, runs_folder
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import queued_status, write_status
from musicgen.training.settings import RunSettings

NGRAM = "n-gram"  # in baselines.json, and in `RUN@n-gram` in place of a checkpoint's name


def create_run(settings: RunSettings) -> Run:
    """Create a run folder in state QUEUED. Raises FileExistsError where the name is taken."""
    folder = runs_folder() / checked_name(settings.name)
    name_taken = FileExistsError(f"there is a run '{settings.name}' already: choose another name")
    if folder.exists() or (PRETRAINED / settings.name).exists():
        raise name_taken
    try:
        with new_folder(folder) as new:
            write_json(new / "run.json", settings.to_json())
            write_status(new, queued_status())
    except FileExistsError:  # another process created it at the same time
        raise name_taken from None
    return Run(folder)


def find_run(name: str) -> Run:
    """Find a run by its name. Raises UnknownRun, which lists the names there are."""
    spellings = dict.fromkeys((checked_name(name), name))  # a copied folder may be spelled apart
    for parent in (runs_folder(), PRETRAINED):
        for spelling in spellings:
            if (parent / spelling / "run.json").is_file():
                return Run(parent / spelling)
    names = ", ".join(run.name for run in list_runs()) or "none yet"
    raise UnknownRun(f"there is no run '{name}'; there are: {names}")


def list_runs() -> list[Run]:
    """All runs: the user's own, newest first, then the bundled ones by name."""
    own = sorted(_runs_in(runs_folder()), key=_settings_time, reverse=True)
    return own + sorted(_runs_in(PRETRAINED), key=lambda run: run.name)


def is_ngram_name(name: str) -> bool:
    """Whether the name of a checkpoint means an n-gram."""
    return name.endswith(f"@{NGRAM}")


def find_checkpoint(name: str) -> Path:
    """Folder of a checkpoint. Raises UnknownRun.

    name: a run, whose best checkpoint it is; RUN@latest; RUN@CHECKPOINT; or a folder's path, but
    not on a shared server.
    """
    folder = Path(name)
    if not is_shared() and _holds(folder, "config.json"):
        return folder
    if not is_shared() and _holds(folder, "run.json"):
        return Run(folder).checkpoint()
    if any(separator in name for separator in "/\\"):
        raise UnknownRun(f"there is no checkpoint at '{name}'")
    run, _, which = name.partition("@")
    return find_run(run).checkpoint(which)


def run_of_checkpoint(folder: Path) -> Run | None:
    """The run that a checkpoint's folder belongs to; None for one outside a run."""
    run = folder.resolve().parent.parent
    return Run(run) if (run / "run.json").is_file() else None


def _holds(folder: Path, file: str) -> bool:
    try:
        return (folder / file).is_file()
    except (OSError, ValueError):  # a name that no folder can have
        return False


def _settings_time(run: Run) -> float:
    """Time of the last change of run.json, seconds since 1970."""
    try:
        return (run.folder / "run.json").stat().st_mtime
    except OSError:  # deleted meanwhile
        return 0.0


def _runs_in(folder: Path) -> list[Run]:
    if not folder.is_dir():
        return []
    return [
        Run(entry)
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and (entry / "run.json").is_file()
    ]
