"""Starting, stopping and going on with trainings from another process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

from musicgen.bounds import within
from musicgen.errors import MusicgenError
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import ALIVE, QUEUED, Run, create_run
from musicgen.training.settings import RunSettings, TrainSettings

MOST_EPOCHS = 100_000  # as good as none


class NotNow(MusicgenError):
    """A run is not in a state in which this can be done."""


def start(settings: RunSettings) -> Run:
    """A new run, trained by a process of its own that outlives this one."""
    run = create_run(settings)
    _spawn(run)
    return run


def stop(run: Run) -> None:
    """Ask the process to save and stop after the batch that it is at."""
    if run.status().state not in ALIVE:
        raise NotNow(f"run '{run.name}' is not being trained")
    (run.folder / "stop").touch()


def resume(
    run: Run,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> None:
    """Go on from the latest checkpoint, with other settings where they are given.

    ValueError where they do not fit.
    """
    check_resumable(run)
    extend(run, epochs, batch_size=batch_size, learning_rate=learning_rate)
    (run.folder / "stop").unlink(missing_ok=True)
    Reporter(run.folder, run.written_status()).tell(state=QUEUED, message="")
    _spawn(run)


def extend(
    run: Run,
    epochs: int | None = None,
    minutes: float | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> None:
    """Give a run another length, batch size or learning rate; None leaves it."""
    wanted = {
        "epochs": epochs,
        "minutes": minutes,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    if changes:
        settings = run.settings
        train = replace(settings.train, **changes)
        write_json(run.folder / "run.json", replace(settings, train=train).to_json())


def continue_further(
    run: Run, epochs: int = 0, minutes: float = 0.0, batch_size: int | None = None
) -> None:
    """Train a run that has ended for more epochs, for more minutes, or whichever is over first.

    In batches of another size where one is given. What is 0 sets no limit; ValueError where both
    are. A run that stopped for want of progress gets its patience anew.
    """
    if not epochs and not minutes:
        raise ValueError("say for how many epochs or minutes more")
    within("more epochs", epochs, 0, MOST_EPOCHS)
    within("more minutes", minutes, *TrainSettings.BOUNDS["minutes"])
    check_resumable(run)
    status, settings = run.status(), run.settings
    waited = status.epoch - status.best_epoch
    train = replace(
        settings.train,
        epochs=min(status.epoch + epochs, MOST_EPOCHS) if epochs else MOST_EPOCHS,
        minutes=status.seconds / 60 + minutes if minutes else 0.0,
        patience=settings.train.patience and settings.train.patience + waited,
        batch_size=settings.train.batch_size if batch_size is None else batch_size,
    )
    write_json(run.folder / "run.json", replace(settings, train=train).to_json())
    resume(run)


def tuning_rate(settings: RunSettings) -> float:
    """A learning rate that leaves most of what was learned as it is."""
    return settings.train.learning_rate / 5


def tuning(
    run: Run, source: str, name: str, minutes: float, learning_rate: float | None = None
) -> RunSettings:
    """A new run's settings that begins with the weights of a run's best checkpoint.

    It keeps the encoding with its vocabulary, so that any collection fits. minutes: 0 sets no
    limit. learning_rate: `tuning_rate` by default. UnknownRun or BadCheckpoint where there are no
    weights.
    """
    settings = run.settings
    checkpoint = open_checkpoint(run.checkpoint())
    rate = tuning_rate(settings) if learning_rate is None else learning_rate
    train = replace(settings.train, epochs=MOST_EPOCHS, minutes=minutes, learning_rate=rate)
    return RunSettings(
        name, source, checkpoint.encoding.name, checkpoint.model, train, start_from=run.name
    )


def check_resumable(run: Run) -> None:
    """NotNow where a run is bundled or alive."""
    if run.bundled:
        raise NotNow(f"'{run.name}' came with the program: fine-tune a copy of it")
    if run.status().state in ALIVE:
        raise NotNow(f"run '{run.name}' is being trained already")


def _spawn(run: Run) -> None:
    command = [sys.executable, "-m", "musicgen.training.worker.process", run.name]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (run.folder / "log.txt").open("ab") as log:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
