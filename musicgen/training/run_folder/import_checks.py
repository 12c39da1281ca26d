"""Checks of a run that somebody else may have made, and the export of its graphs.

All of its files are read once, each through its schema, so that a run that is in the list can be
shown, composed with and trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicgen.composing.originality.index import FILE as INDEX
from musicgen.composing.originality.index import BadIndex, load_index
from musicgen.composing.style.percentiles import load_percentiles
from musicgen.composing.style.saving import load_styles
from musicgen.errors import MusicgenError
from musicgen.file_hashes import DamagedFile, check_files, listed_files, write_hashes
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    OPTIMIZER,
    PRIMERS,
    PROGRESS,
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    Checkpoint,
    check_critic,
    critic_folder,
    open_without_graphs,
)
from musicgen.models.checkpoints.members import check_member
from musicgen.models.checkpoints.step_graphs import write_exported
from musicgen.models.checkpoints.weights_file import BadWeights, read_arrays
from musicgen.models.settings import CriticSettings
from musicgen.progress import Progress
from musicgen.training.run_folder.position import read_position
from musicgen.training.run_folder.results import (
    BASELINES,
    EVALUATION,
    BaselineResult,
    SideResult,
)
from musicgen.training.run_folder.run import CheckpointPointer, Run, UnknownRun
from musicgen.training.run_folder.status import ALIVE, FILE, STOPPED, Status, write_status
from musicgen.training.settings import RunSettings

MAX_CHECKPOINTS = 8
MODEL_FILES = {CONFIG, VOCABULARY, PRIMERS, WEIGHTS, OPTIMIZER, PROGRESS}
_SCHEMAS: dict[str, Any] = {
    FILE: Status,
    "split.json": dict[str, list[str]],
    BASELINES: dict[str, BaselineResult],
    EVALUATION: dict[str, SideResult],
}


class BadRun(MusicgenError):
    """A run that does not fit, and why."""


def check_texts(folder: Path) -> None:
    """Check what is not arrays of a run in a new folder, whose arrays may be missing.

    It takes milliseconds, so that a run that does not fit is refused before anything large is
    unpacked. Raises BadRun.
    """
    with _as_bad_run():
        _check_listed(folder, {name for name in listed_files(folder) if name != INDEX})
        for name, schema in _SCHEMAS.items():
            if (folder / name).is_file():
                read_json(folder / name, schema)
        load_percentiles(folder)
        load_styles(folder)
        for pointer in ("best", "latest"):
            path = folder / "checkpoints" / f"{pointer}.json"
            if path.is_file():
                read_json(path, CheckpointPointer)
        for checkpoint in _checkpoints(folder):
            _open_whole(checkpoint)


def check_and_export(folder: Path, settings: RunSettings, progress: Progress | None = None) -> None:
    """Check the arrays of a run whose texts are checked, and export its graphs. Raises BadRun.

    settings: of the run on this computer, which are written in place of its own.
    """
    with _as_bad_run():
        _check_listed(folder, listed_files(folder))
        load_index(folder)
        write_json(folder / "run.json", settings.to_json())
        _end_training(folder)
        models = [model for path in _checkpoints(folder) for model in _check_checkpoint(path)]
        for model in models:
            write_exported(model, progress)
        names = listed_files(folder)
        write_hashes(folder, [path.name for path in folder.iterdir() if path.name in names])


@contextmanager
def _as_bad_run() -> Iterator[None]:
    """Raise what a run's files are refused for as BadRun."""
    try:
        yield
    except (BadCheckpoint, BadWeights, UnknownRun) as problem:
        raise BadRun(f"its checkpoint cannot be used: {problem}") from None
    except (DamagedFile, InvalidJson, BadIndex) as problem:
        raise BadRun(f"it cannot be used: {problem}") from None


def _check_listed(folder: Path, names: set[str]) -> None:
    """Check the hashes of listed files, but for that of the settings, which are written anew."""
    check_files(folder, names - {"run.json"})


def _checkpoints(folder: Path) -> Iterator[Path]:
    """Folders of the checkpoints, of which there must be one that the run points to."""
    run = Run(folder)
    named = [run.checkpoint()]
    if (folder / "checkpoints" / "latest.json").is_file():
        named.append(run.checkpoint("latest"))
    folders = [path for path in (folder / "checkpoints").iterdir() if path.is_dir()]
    if len(folders) > MAX_CHECKPOINTS:
        raise BadCheckpoint(f"it holds {len(folders)} checkpoints, more than any run")
    yield from dict.fromkeys((*named, *folders))


def _open_whole(folder: Path) -> tuple[Checkpoint, ...]:
    """A checkpoint, with its critic and members, without graphs and weights."""
    if not folder.is_dir():
        raise BadCheckpoint(f"there is no checkpoint '{folder.name}'")
    if (folder / PROGRESS).is_file():
        read_position(folder)
    checkpoint = open_without_graphs(folder)
    if isinstance(checkpoint.model, CriticSettings):
        raise BadCheckpoint(f"{folder.name} is a critic")
    critics = [path for path in (critic_folder(folder),) if path.is_dir()]
    return (
        *_open_within(critics, checkpoint, check_critic),
        *_open_within(checkpoint.members, checkpoint, check_member),
        checkpoint,
    )


def _open_within(
    folders: Sequence[Path], checkpoint: Checkpoint, check: Callable[[Checkpoint, Checkpoint], None]
) -> Iterator[Checkpoint]:
    """Checkpoints within another one, its critic or members, that check finds to fit it."""
    for folder in folders:
        if not folder.is_dir():
            raise BadCheckpoint(f"there is no checkpoint '{folder.name}' in {folder.parent.name}")
        within = open_without_graphs(folder)
        check(within, checkpoint)
        yield within


def _check_checkpoint(folder: Path) -> tuple[Checkpoint, ...]:
    """`_open_whole`, with the hashes of all files and the arrays of the optimizer checked."""
    models = _open_whole(folder)
    for model in models:
        optional = {name for name in (OPTIMIZER, PROGRESS) if not (model.folder / name).is_file()}
        check_files(model.folder, (listed_files(model.folder) & MODEL_FILES) - optional)
    if (folder / OPTIMIZER).is_file():
        read_arrays(folder / OPTIMIZER)
        read_position(folder)
    return models


def _end_training(folder: Path) -> None:
    """Change what the status of a run says of a process on the other computer."""
    status = Run(folder).stored_status()
    state = STOPPED if status.state in ALIVE else status.state
    message = "" if status.state in ALIVE else status.message
    ended = replace(status, state=state, message=message, heartbeat=0.0, pid=0, process_started=0.0)
    write_status(folder, ended)
