"""Start, stop, resume and continue trainings from another process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

from musicgen.bounds import within
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.files import open_to_append, write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.checkpoints import count_models
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE, QUEUED, write_status
from musicgen.training.settings import RunSettings, TrainSettings

MAX_EPOCHS = 100_000  # stands for no limit
FINE_TUNING_DIVISOR = 5  # of the learning rate


class InvalidRunState(MusicgenError):
    """An action that the present state of a run does not allow."""


def start(settings: RunSettings) -> Run:
    """Create a run and start a process that trains it, which outlives this process."""
    run = create_run(settings)
    _spawn(run)
    return run


def stop(run: Run) -> None:
    """Request that the training saves and stops after its current batch."""
    if run.status().state not in ALIVE:
        raise InvalidRunState(f"run '{run.name}' is not being trained")
    (run.folder / "stop").touch()


def resume(
    run: Run,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> None:
    """Resume from the latest checkpoint; a setting that is None stays as it is.

    Raises InvalidSetting or InvalidRunState.
    """
    check_resumable(run)
    change_settings(run, epochs, batch_size=batch_size, learning_rate=learning_rate)
    _queue(run)


def change_settings(
    run: Run,
    epochs: int | None = None,
    minutes: float | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> None:
    """Change a run's length, batch size or learning rate; None leaves a setting as it is.

    With another length, patience counts from the epoch that the run has reached.
    """
    values = {
        "epochs": epochs,
        "minutes": minutes,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    changes: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if changes:
        settings = run.settings
        longer = "epochs" in changes or "minutes" in changes
        changed = replace(
            settings,
            train=replace(settings.train, **changes),
            continued_from=run.stored_status().epoch if longer else settings.continued_from,
        )
        write_json(run.folder / "run.json", changed.to_json())


def continue_run(
    run: Run, epochs: int = 0, minutes: float = 0.0, batch_size: int | None = None
) -> None:
    """Train a run that has ended for more epochs or minutes, whichever ends first.

    0 sets no limit. batch_size: None keeps it. Patience counts from here on. Raises
    InvalidSetting where both limits are 0, and InvalidRunState.
    """
    if not epochs and not minutes:
        raise InvalidSetting("say for how many epochs or minutes more")
    within("more epochs", epochs, 0, MAX_EPOCHS)
    within("more minutes", minutes, *TrainSettings.BOUNDS["minutes"])
    check_resumable(run)
    status = run.status()
    change_settings(
        run,
        epochs=min(status.epoch + epochs, MAX_EPOCHS) if epochs else MAX_EPOCHS,
        minutes=status.seconds / 60 + minutes if minutes else 0.0,
        batch_size=batch_size,
    )
    _queue(run)


def fine_tuning_rate(settings: RunSettings) -> float:
    """Learning rate for fine-tuning, low enough to keep most of what the model has learned."""
    return settings.train.learning_rate / FINE_TUNING_DIVISOR


def fine_tuning_settings(
    run: Run, source: str, name: str, minutes: float, learning_rate: float | None = None
) -> RunSettings:
    """Settings of a new run that starts with the weights of another run's best checkpoint.

    It keeps that run's encoding and vocabulary, into which any collection can be encoded.
    minutes: 0 sets no limit. learning_rate: default `fine_tuning_rate`. Raises UnknownRun or
    BadCheckpoint where there are no weights.
    """
    settings = run.settings
    checkpoint = open_checkpoint(run.checkpoint())
    rate = fine_tuning_rate(settings) if learning_rate is None else learning_rate
    train = replace(settings.train, epochs=MAX_EPOCHS, minutes=minutes, learning_rate=rate)
    return RunSettings(
        name, source, checkpoint.encoding.name, checkpoint.model, train, start_from=run.name
    )


def check_resumable(run: Run) -> None:
    """Raise InvalidRunState where a run is bundled, a mean of several, or being trained."""
    if run.bundled:
        raise InvalidRunState(f"'{run.name}' came with the program: fine-tune a copy of it")
    if (models := count_models(run)) > 1:
        raise InvalidRunState(
            f"'{run.name}' is the mean of {models} models, which are trained alone: fine-tune a "
            "copy of it, which begins with the first"
        )
    if run.status().state in ALIVE:
        raise InvalidRunState(f"run '{run.name}' is being trained already")


def _queue(run: Run) -> None:
    """Put a run back into state QUEUED and start its process."""
    (run.folder / "stop").unlink(missing_ok=True)
    status = replace(
        run.stored_status(),
        state=QUEUED,
        message="",
        failure="",
        heartbeat=time.time(),
        pid=0,
        process_started=0.0,
    )
    write_status(run.folder, status)
    _spawn(run)


def _spawn(run: Run) -> None:
    command = [sys.executable, "-m", "musicgen.training.worker.process", run.name]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with open_to_append(run.folder / "log.txt") as log:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
