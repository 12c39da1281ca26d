"""The training process: from a run folder's settings to its checkpoints."""

from __future__ import annotations

import os
from dataclasses import replace

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from musicgen.composing.style.training_profile import write_training_profile
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.data.prepare import TrainingData, prepare
from musicgen.training.keras.devices import Devices, set_up_devices
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.checkpoints import latest_checkpoint, starting_checkpoint
from musicgen.training.run_folder.relocate import SPLIT
from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import STARTING, Run
from musicgen.training.worker.reading import read_collection


def train(
    run: Run, devices: Devices | None = None, training: type[TrainingSession] | None = None
) -> None:
    """Train a run to its end, from its latest checkpoint where it has one.

    devices, training: what to train on and the session to train in, where not the usual ones.
    """
    settings = run.settings
    devices = devices or set_up_devices(settings.train.devices)
    reporter = _reporter(run)
    reporter.note(device=devices.description)
    collection = read_collection(run, reporter)
    if collection is None:
        return
    start = starting_checkpoint(run)
    encoding = open_checkpoint(start).encoding if start else None
    data = prepare(collection, settings, encoding)
    write_json(run.folder / SPLIT, data.names())
    train_scores, valid_scores = data.scores["train"], data.scores["valid"]
    write_training_profile(run.folder, train_scores, valid_scores, encoding=data.encoding)
    train_on(run, data, devices, training)


def train_on(
    run: Run,
    data: TrainingData,
    devices: Devices | None = None,
    training: type[TrainingSession] | None = None,
) -> None:
    """The same on data that is at hand."""
    devices = devices or set_up_devices()
    reporter = _reporter(run)
    reporter.tell(state=STARTING, message="making the model", device=devices.description)
    resume = latest_checkpoint(run) is not None
    (training or TrainingSession)(
        run, data, devices, reporter, starting_checkpoint(run), resume
    ).train()


def _reporter(run: Run) -> Reporter:
    epochs = run.settings.train.epochs
    return Reporter(run.folder, replace(run.written_status(), epochs=epochs))
