"""Starting, stopping and going on with trainings from another process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from musicgen.files import write_json
from musicgen.training.report import Reporter
from musicgen.training.run import ALIVE, QUEUED, Run, create_run
from musicgen.training.settings import RunSettings


class NotNow(Exception):
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


def resume(run: Run, epochs: int | None = None) -> None:
    """Go on from the latest checkpoint, to another number of epochs where one is given."""
    check_resumable(run)
    if epochs is not None:
        settings = run.settings
        train = replace(settings.train, epochs=epochs)
        write_json(run.folder / "run.json", replace(settings, train=train).to_json())
    (run.folder / "stop").unlink(missing_ok=True)
    Reporter(run.folder, run.written_status()).tell(state=QUEUED, message="")
    _spawn(run)


def check_resumable(run: Run) -> None:
    """NotNow where a run is bundled or alive."""
    if run.bundled:
        raise NotNow(f"'{run.name}' came with the program: fine-tune a copy of it")
    if run.status().state in ALIVE:
        raise NotNow(f"run '{run.name}' is being trained already")


def _spawn(run: Run) -> None:
    command = [sys.executable, "-m", "musicgen.training.process", run.name]
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
