"""Settings of tiny trainings, their losses, and a stop after some batches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from musicgen.models.settings import LstmSettings
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker.process import Work

TINY = TrainSettings(epochs=3, batch_size=4, length=16, patience=0, learning_rate=1e-2)
# TensorFlow traces a model of `events` three times as long as one of `notes`. So `notes` is used
# where only the course of a training is tested, and both where its losses are.
QUICK, SLOW = "notes", "events"


def tiny_settings(name: str, source: str, encoding: str = QUICK, **changes: Any) -> RunSettings:
    return RunSettings(name, source, encoding, LstmSettings(8, 1, 0.2), replace(TINY, **changes))


def epochs_of(run: Run) -> list[dict[str, Any]]:
    return [line for line in run.metrics() if line["kind"] == "epoch"]


def losses_of(run: Run) -> list[float]:
    return [line[name] for line in epochs_of(run) for name in ("loss", "valid_loss")]


def stop_after(batches: int) -> Work:
    """A training with a stop request after so many batches."""
    from musicgen.training.keras.session import TrainingSession  # imports Keras, as the next one
    from musicgen.training.worker import fit

    def work(run: Run, reporter: Reporter) -> None:
        class Stopped(TrainingSession):
            def should_stop(self) -> bool:
                return self.state.position.step >= batches

        fit.train(run, reporter, training=Stopped)

    return work
