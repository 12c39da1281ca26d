"""`runs`: all trainings, and what can be done with one."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from musicgen.commands.answer import Answer
from musicgen.files import write_bytes
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.keras_export import keras_file
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.worker import launch


def listing(options: argparse.Namespace) -> Answer:
    """All runs, with how they stand."""
    rows = []
    for run in list_runs():
        status = run.status()
        rows.append(
            {
                "name": run.name,
                "status": status.state,
                "epoch": status.epoch,
                "loss": status.loss,
                "valid_loss": status.valid_loss,
                "best_valid_loss": status.best_valid_loss,
                "parameters": status.parameters,
                "device": status.device,
                "message": status.message,
                "bundled": run.bundled,
            }
        )
    lines = [
        f"{row['name']:24} {row['status']:12} epoch {row['epoch']:4}  best validation "
        f"{row['best_valid_loss'] or float('nan'):.3f} bits  {row['message']}"
        for row in rows
    ]
    return Answer({"runs": rows}, "\n".join(lines))


def stop(options: argparse.Namespace) -> Answer:
    """Ask the process that trains it, whoever started that, to save and stop."""
    run = find_run(options.run)
    launch.stop(run)
    return Answer({"run": run.name}, f"{run.name} will save and stop")


def rename(options: argparse.Namespace) -> Answer:
    """Give a run another name."""
    run = manage.rename(find_run(options.run), options.new)
    return Answer({"run": run.name}, f"it is called {run.name} now")


def delete(options: argparse.Namespace) -> Answer:
    """Remove a run for good, once that is confirmed."""
    run = find_run(options.run)
    if not options.yes and not _confirmed(run):
        return Answer({"run": run.name, "deleted": False}, f"{run.name} is kept", status=1)
    manage.delete(run)
    return Answer({"run": run.name, "deleted": True}, f"{run.name} is deleted")


def export(options: argparse.Namespace) -> Answer:
    """The whole run as a zip, or its best checkpoint's network for Keras, by the file's ending."""
    run, out = find_run(options.run), options.out
    if out.suffix not in (".zip", ".keras"):
        raise ValueError(f"'{out.name}' ends neither in .zip nor in .keras")
    write_bytes(out, keras_file(run) if out.suffix == ".keras" else _zipped(run))
    return Answer({"run": run.name, "file": str(out)}, f"{run.name} is in {out}")


def import_(options: argparse.Namespace) -> Answer:
    """A run from a zip that was exported here or elsewhere."""
    run = read_archive(Path(options.file))
    return Answer({"run": run.name}, f"{run.name} is here")


def _confirmed(run: Run) -> bool:
    question = f"Delete {run.name} with its checkpoints and curves, for good? [y/N] "
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _zipped(run: Run) -> bytes:
    file = io.BytesIO()
    write_archive(run, file)
    return file.getvalue()
