"""From a run's settings to its checkpoints: read the collection, prepare it, train."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import musicgen.models.keras_import  # noqa: F401

# isort: split
import tensorflow as tf

from musicgen.composing.style.training_profile import write_training_profile
from musicgen.corpus.collection import Collection
from musicgen.corpus.load import load_collection
from musicgen.errors import Cancelled
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.data.prepare import TrainingData, prepare
from musicgen.training.data.run_split import SPLIT, split_to_keep
from musicgen.training.data.stored import find_prepared, keep_content, stored_data
from musicgen.training.data.stored_profile import write_stored_profile
from musicgen.training.keras.devices import Devices, set_up_devices
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.checkpoints import (
    latest_checkpoint,
    replace_damaged_latest,
    starting_checkpoint,
)
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import STARTING, STOPPED
from musicgen.training.workers import Workers

READING = "reading the collection"
OPENING = "opening the prepared data set, and indexing it for the search of copies"


def train(
    run: Run,
    reporter: Reporter,
    devices: Devices | None = None,
    training: type[TrainingSession] | None = None,
    workers: Workers | None = None,
) -> None:
    """Train a run to its end, from its latest checkpoint where it has one.

    devices: default those of the settings. training: session class, for tests. workers: the
    processes that train it together, of which this is one.
    """
    settings, is_chief = run.settings, workers is None or workers.is_chief
    if is_chief and (replaced := replace_damaged_latest(run)):
        reporter.log(replaced)
    if workers is not None:
        workers.rows(settings.train.batch_size)
        reporter.write(state=STARTING, message=f"waits for all {workers.count} workers")
    train = settings.train
    devices = devices or set_up_devices(train.devices, workers, train.number_format)
    reporter.update(device=devices.description)
    start = starting_checkpoint(run)
    encoding = open_checkpoint(start).encoding if start else None
    data_set = find_prepared(settings.source)
    if data_set is not None:
        reporter.write(state=STARTING, message=OPENING)
        keep_content(run.folder, data_set)
        data = stored_data(data_set, settings, encoding)
        if is_chief:
            write_stored_profile(run, reporter.heartbeat)
    else:
        collection = read_collection(run, reporter)
        if collection is None:
            return
        data = prepare(collection, settings, encoding, split_to_keep(run))
        if is_chief:
            write_split_and_profile(run, data)
    train_on(run, reporter, data, devices, training)


def write_split_and_profile(run: Run, data: TrainingData) -> None:
    """Write the names of the pieces by side, and the profile of those of training."""
    write_json(run.folder / SPLIT, data.names())
    train_scores, valid_scores = data.scores["train"], data.scores["valid"]
    steps = data.pieces["train"]
    write_training_profile(
        run.folder, train_scores, valid_scores, encoding=data.encoding, steps=steps
    )


def train_on(
    run: Run,
    reporter: Reporter,
    data: TrainingData,
    devices: Devices | None = None,
    training: type[TrainingSession] | None = None,
) -> None:
    """Train a run on prepared data. Raises MemoryError where TensorFlow runs out of memory."""
    devices = devices or set_up_devices()
    epochs = run.settings.train.epochs
    reporter.write(
        state=STARTING, message="making the model", device=devices.description, epochs=epochs
    )
    resume = latest_checkpoint(run) is not None
    start = starting_checkpoint(run)
    try:
        (training or TrainingSession)(run, data, devices, reporter, start, resume).train()
    except tf.errors.ResourceExhaustedError as problem:
        raise MemoryError(problem.message) from problem


def read_collection(run: Run, reporter: Reporter) -> Collection | None:
    """The run's collection; None, and the state STOPPED, where a stop was requested meanwhile."""

    def progress(done: int, total: int) -> None:
        if run.stop_requested:
            raise Cancelled
        reporter.heartbeat(message=f"{READING}: {done:,} of {total:,} files")

    reporter.write(state=STARTING, message=READING)
    collection = load_collection(run.settings.source, progress, run.settings.time)
    if collection.complete:
        return collection
    reporter.write(state=STOPPED, message="cancelled while the collection was read")
    return None
