"""A real training in a process of its own that saves a checkpoint after every batch."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from musicgen.corpus.load import load_collection
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, is_whole, open_checkpoint
from musicgen.models.settings import LstmSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.position import read_position
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import RunSettings, TrainSettings

SETTINGS = TrainSettings(epochs=1000, batch_size=4, length=16, patience=0, minutes=30)
PIECES = 16
MODULE = "benchmarks.attack.trainings"


def start_training(run: Run) -> subprocess.Popen[bytes]:
    """Start the process; its output is in the run's log."""
    environment = {**os.environ, "MUSICGEN_HOME": str(run.folder.parent.parent)}
    with (run.folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", MODULE, run.name],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
        )


def make_run(home: Path, name: str) -> Run:
    """A new run in a workspace, of a tiny model on a few chorales, which are written into it."""
    music = home / "music"
    for folder in (home / "runs", music):
        folder.mkdir()
    for number, score in enumerate(load_collection("bach-chorales").scores[:PIECES]):
        (music / f"{number:02}.mid").write_bytes(midi_bytes(score))
    model = LstmSettings(8, 1, 0.0)
    return create_run(RunSettings(name, str(music), "notes", model, SETTINGS))


def saved_batches(run: Run) -> int:
    """Batches that the latest checkpoint has been trained on; -1 where there is none yet."""
    with suppress(UnknownRun):
        return read_position(run.checkpoint("latest")).step
    return -1


def check_checkpoints(run: Run) -> None:
    """Raise BadCheckpoint where the run's latest or best checkpoint is not whole."""
    for which in ("latest", "best"):
        try:
            folder = run.checkpoint(which)
        except UnknownRun:
            continue
        open_checkpoint(folder)
        if not is_whole(folder):
            raise BadCheckpoint(f"{folder.name} is not whole")


def request_stop(run: Run, after_batches: int) -> None:
    """Let the training of the process stop after so many batches in all."""
    write_json(run.folder / "stop-after.json", after_batches)


def main(name: str) -> int:
    """Train a run, saving after every batch, until it is killed or stopped."""
    from musicgen.json_files import InvalidJson, read_json
    from musicgen.training.keras import callbacks
    from musicgen.training.keras.session import TrainingSession
    from musicgen.training.run_folder.registry import find_run
    from musicgen.training.run_folder.reporter import Reporter
    from musicgen.training.worker import fit
    from musicgen.training.worker.process import train_run

    callbacks.CHECKPOINT_SECONDS = 0.0

    class Stopping(TrainingSession):
        def should_stop(self) -> bool:
            try:
                last: int = read_json(self.run.folder / "stop-after.json", int)
            except InvalidJson:
                return super().should_stop()
            return self.state.position.step >= last

    def work(run: Run, reporter: Reporter) -> None:
        fit.train(run, reporter, training=Stopping)

    return 0 if train_run(find_run(name), work) != "failed" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
