"""Command `runs`: list all runs; stop, rename, delete, export or import one."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

from musicgen.bin import KEEP_DAYS
from musicgen.commands.answer import FAILURE, Answer
from musicgen.commands.paths import check_writable
from musicgen.commands.progress import EXPORTING, WaitingLine
from musicgen.errors import InvalidSetting
from musicgen.files import write_output
from musicgen.training.records.hugging_face import export_hugging_face
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.checkpoints import count_models
from musicgen.training.run_folder.keras_export import keras_file
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.worker import launch

IN_BIN = f"in the bin of the Train page for {KEEP_DAYS} days"


def list_all(options: argparse.Namespace) -> Answer:
    """List all runs with their status."""
    rows = [_row(run) for run in list_runs()]
    lines = [
        f"{row['name']:24} {row['status']:12} epoch {row['epoch']:4}  best validation "
        f"{row['best_valid_loss'] or float('nan'):.3f} bits  {row['message']}"
        for row in rows
    ]
    return Answer({"runs": rows}, "\n".join(lines))


def stop(options: argparse.Namespace) -> Answer:
    """Request that a training saves and stops, in whichever process it runs."""
    run = find_run(options.run)
    launch.stop(run)
    return Answer({"run": run.name}, f"{run.name} will save and stop")


def rename(options: argparse.Namespace) -> Answer:
    """Rename a run."""
    run = manage.rename(find_run(options.run), options.new)
    return Answer({"run": run.name}, f"it is called {run.name} now")


def delete(options: argparse.Namespace) -> Answer:
    """Move a run to the bin, after a question."""
    run = find_run(options.run)
    if not options.yes and not _is_confirmed(run):
        answer = {"run": run.name, "deleted": False}
        return Answer(answer, f"{run.name} is not deleted", status=FAILURE)
    manage.delete(run)
    return Answer(
        {"run": run.name, "deleted": True, "kept_days": KEEP_DAYS},
        f"{run.name} is deleted; it is {IN_BIN}",
    )


def export(options: argparse.Namespace) -> Answer:
    """Write a run to a zip, its best checkpoint to a .keras file, or a folder with a card."""
    run, out = find_run(options.run), options.out
    if options.hugging_face:
        export_hugging_face(run, out)
        return Answer({"run": run.name, "folder": str(out)}, f"{run.name} is in {out}")
    if out.suffix not in (".zip", ".keras"):
        raise InvalidSetting(f"'{out.name}' ends neither in .zip nor in .keras")
    check_writable("--out", out)
    write_output(out, keras_file(run) if out.suffix == ".keras" else _zip(run))
    models = count_models(run) if out.suffix == ".keras" else 1
    part = f": the first of the {models} models whose mean it is" if models > 1 else ""
    return Answer({"run": run.name, "file": str(out)}, f"{run.name} is in {out}{part}")


def import_(options: argparse.Namespace) -> Answer:
    """Import a run from a zip."""
    run = read_archive(Path(options.file), progress=WaitingLine(EXPORTING))
    return Answer({"run": run.name}, f"{run.name} is here")


def _row(run: Run) -> dict[str, Any]:
    status = run.status()
    return {
        "name": run.name,
        "status": status.state,
        "epoch": status.epoch,
        "loss": status.loss,
        "valid_loss": status.valid_loss,
        "best_valid_loss": status.best_valid_loss,
        "parameters": status.parameters,
        "device": status.device,
        "message": run.problem() or status.message,
        "bundled": run.bundled,
    }


def _is_confirmed(run: Run) -> bool:
    question = f"Delete {run.name} with its checkpoints and curves? It will be {IN_BIN}. [y/N] "
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _zip(run: Run) -> bytes:
    file = io.BytesIO()
    write_archive(run, file)
    return file.getvalue()
