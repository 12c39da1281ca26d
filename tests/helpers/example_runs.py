"""Run folders with a status and metrics, without a training."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import Any

from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import process_start, write_status
from musicgen.training.settings import RunSettings, TrainSettings

STEPS = 10  # batches an epoch


def run_that_is(state: str, name: str = "a run", epochs: int = 3, **more: Any) -> Run:
    """A run in a state, with a loss curve of `epochs` epochs; more: further keys of its status."""
    run = create_run(RunSettings(name, "bach-chorales", train=TrainSettings(epochs=40)))
    status = {
        "state": state,
        "heartbeat": time.time(),
        "epoch": epochs,
        "epochs": 40,
        "loss": 4.0,
        "valid_loss": 4.5,
        "best_epoch": epochs,
        "best_valid_loss": 4.5,
        "steps_per_second": 1000.0,
        "seconds_left": 60.0,
        "parameters": 1234,
        **more,
    }
    (run.folder / "status.json").write_text(json.dumps(status))
    for epoch in range(1, epochs + 1):
        add_epoch(run, epoch)
    return run


def make_alive(run: Run, **changes: Any) -> None:
    """Write this process into a run's status as the one that trains it."""
    pid = os.getpid()
    started = process_start(pid) or 0.0
    status = run.stored_status()
    write_status(run.folder, replace(status, pid=pid, process_started=started, **changes))


def add_epoch(run: Run, epoch: int) -> None:
    """Append the lines of one epoch to a run's metrics."""
    lines: list[dict[str, Any]] = [
        {
            "kind": "step",
            "step": step,
            "epoch": step / STEPS,
            "loss": 9 - step / 100,
            "seconds": float(step),
            "steps_per_second": 900.0,
            "learning_rate": 1e-3,
            "accuracy": {"pitch": 0.5},
        }
        for step in range(STEPS * (epoch - 1) + 1, STEPS * epoch + 1)
    ]
    lines.append(
        {
            "kind": "epoch",
            "epoch": epoch,
            "step": STEPS * epoch,
            "loss": 5.0,
            "valid_loss": 5 - epoch / 10,
            "seconds": float(STEPS * epoch),
            "accuracy": {"pitch": 0.5},
            "valid_accuracy": {"pitch": 0.4},
        }
    )
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
