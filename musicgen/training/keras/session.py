"""One session of training a run: epoch after epoch, each judged and with its checkpoint.

Everything that decides the losses follows from the settings and the data; a training that is
stopped and resumed sees the same batches with the same dropout as one that never was.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from musicgen.errors import Cancelled
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import PROGRESS
from musicgen.models.checkpoints.writer import CheckpointWriter, load_training_state, load_weights
from musicgen.training.data.prepare import TrainingData
from musicgen.training.keras.averaging import averaged, swap_averages
from musicgen.training.keras.callbacks import Heartbeat, Watcher
from musicgen.training.keras.datasets import as_dataset
from musicgen.training.keras.devices import Devices
from musicgen.training.keras.final_evaluation import conclude, write_baselines
from musicgen.training.keras.optimizer import make_optimizer
from musicgen.training.keras.trainer import StepsTrainer
from musicgen.training.run_folder.checkpoints import keep, latest_checkpoint, place_for
from musicgen.training.run_folder.progress import Progress
from musicgen.training.run_folder.report import Reporter, Sums, epoch_in_words, means
from musicgen.training.run_folder.run import FINISHED, RUNNING, STOPPED, Run
from musicgen.training.run_folder.samples import write_sample
from musicgen.training.settings import TrainSettings

UNEVALUATED = "it is trained to its end, and was stopped before it was evaluated"


class Training:
    """One session of training a run."""

    def __init__(
        self,
        run: Run,
        data: TrainingData,
        devices: Devices,
        reporter: Reporter,
        start: Path | None,
        resume: bool,
    ) -> None:
        self.run, self.data, self.reporter = run, data, reporter
        self.settings: TrainSettings = data.settings.train
        self.train_windows, self.valid_windows = data.windows("train"), data.windows("valid")
        size, batches = self.settings.batch_size, self.train_windows.batches
        self.progress = Progress(batch_size=size)
        with devices.scope():
            network = build_model(data.settings.model, data.encoding, self.settings.seed)
            fields = tuple(field.name for field in data.encoding.fields)
            self.trainer = StepsTrainer(network, fields, self.settings.label_smoothing)
            self.optimizer = make_optimizer(self.settings)
            # XLA could not use cuDNN; the LSTM compiles its own loops on CPUs.
            self.trainer.compile(optimizer=self.optimizer, jit_compile=False)
            self.optimizer = self.trainer.optimizer  # float16 has its losses scaled by another
            # TensorFlow traces a step twice in which variables are made, which takes seconds.
            self.optimizer.build(network.trainable_variables)
            if start is not None:
                load_weights(network, start)
            if start is not None and resume:
                load_training_state(network, self.optimizer, start)
                swap_averages(network, self.optimizer)  # the checkpoint holds them as its weights
                told = Progress(**json.loads((start / PROGRESS).read_bytes()))
                self.progress = told.in_batches_of(size, batches)
        primers = data.primers(np.random.default_rng(self.settings.seed))
        self.writer = CheckpointWriter(network, data.encoding, primers)
        self.begun = time.monotonic() - self.progress.seconds
        self.saved = time.monotonic()
        self.reporter.tell(
            state=RUNNING,
            message="",
            parameters=network.count_params(),
            steps_per_epoch=batches,
            epoch=self.progress.epoch,
            step=self.progress.step,
        )

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @property
    def done(self) -> float:
        """The share of the training that is behind, by epochs or by time, whichever is more."""
        progress = self.progress
        epochs = progress.epoch + progress.batch / self.train_windows.batches
        by_time = self.seconds / (60 * self.settings.minutes) if self.settings.minutes else 0.0
        return max(epochs / self.settings.epochs, by_time)

    @property
    def time_is_over(self) -> bool:
        return 0 < 60 * self.settings.minutes <= self.seconds

    @property
    def asked_to_stop(self) -> bool:
        return self.run.asked_to_stop

    def go_on(self) -> None:
        """Epoch after epoch, until the end or a wish to stop."""
        while not self._is_over():
            whole = self._epoch()
            if not whole:
                self.save(best=False)
            if not whole or (self.asked_to_stop and not self._is_over()):
                self.reporter.tell(state=STOPPED, message="")
                return
        if latest_checkpoint(self.run) is None:
            self.save(best=True)
        self.reporter.tell(message="evaluating", seconds_left=0.0)
        try:
            conclude(self.run, self.data.scores, self._while_evaluated)
        except Cancelled:
            self.reporter.tell(state=STOPPED, message=UNEVALUATED)
            return
        self.reporter.tell(state=FINISHED, message="")

    def _while_evaluated(self, done: int, total: int) -> None:
        if self.asked_to_stop:
            raise Cancelled
        self.reporter.beat()

    def _is_over(self) -> bool:
        progress, patience = self.progress, self.settings.patience
        waited = progress.epoch - progress.best_epoch
        return self.done >= 1.0 or bool(
            patience and progress.best_valid_loss is not None and waited >= patience
        )

    def _epoch(self) -> bool:
        """Train one epoch, or the rest of one; False where it was asked to stop within.

        An epoch in which the time is over is shorter, and counts.
        """
        watcher = Watcher(self)
        self.trainer.fit(
            self._dataset(),
            initial_epoch=self.progress.epoch,
            epochs=self.progress.epoch + 1,
            callbacks=[watcher],
            shuffle=False,  # the order is the windows' own
            verbose=0,
        )
        if watcher.stopped:
            return False
        self._end_of_epoch(watcher.sums)
        return True

    def _end_of_epoch(self, sums: Sums) -> None:
        fields = self.trainer.fields
        valid = self._validate()
        progress = self.progress
        epoch = progress.epoch + 1
        score = valid["loss"] if valid else means(sums, fields)["loss"]
        best = progress.best_valid_loss is None or score < progress.best_valid_loss
        self.progress = replace(progress, epoch=epoch, batch=0, sums={})
        if best:
            self.progress = replace(self.progress, best_epoch=epoch, best_valid_loss=score)
        line = {**means(sums, fields), "seconds": self.seconds, "step": progress.step}
        line |= {f"valid_{name}": value for name, value in valid.items()}
        self.reporter.add(kind="epoch", epoch=epoch, **line)
        print(epoch_in_words(epoch, line), file=sys.stderr, flush=True)  # into the log
        self.reporter.note(
            epoch=epoch,
            loss=line["loss"],
            valid_loss=line.get("valid_loss"),
            best_epoch=self.progress.best_epoch,
            best_valid_loss=self.progress.best_valid_loss,
            seconds=self.seconds,
        )
        self.save(best)
        self.reporter.tell()  # what is told of is there to be resumed from and composed with
        if self.data.scores["train"]:  # without scores there is nothing to hear or to compare
            write_sample(self.run, epoch)
            write_baselines(self.run, self.data.encoding, self.data.scores)

    def _validate(self) -> dict[str, Any]:
        if not self.valid_windows.batches:
            return {}
        windows = self.valid_windows
        dataset = as_dataset(windows.once, windows, windows.batches_once)
        with averaged(self.trainer, self.optimizer):
            logs = self.trainer.evaluate(
                dataset, verbose=0, return_dict=True, callbacks=[Heartbeat(self.reporter)]
            )
        return means(logs, self.trainer.fields)

    def save(self, best: bool) -> None:
        """A checkpoint of this very moment, then the pointers, then the old ones go."""
        progress = replace(self.progress, seconds=self.seconds)
        status = self.reporter.status
        facts = {
            "run": self.run.name,
            "source": self.data.settings.source,
            "epoch": progress.epoch,
            "loss": status.loss,
            "valid_loss": status.valid_loss,
        }
        with averaged(self.trainer, self.optimizer):
            checkpoint = place_for(self.run, progress)
            self.writer.write(checkpoint, facts, self.optimizer, asdict(progress))
        keep(checkpoint, best)
        self.saved = time.monotonic()

    def _dataset(self) -> tf.data.Dataset:
        settings, progress = self.settings, self.progress
        transpose = (-settings.transpose_down, settings.transpose_up)

        def batches() -> Any:
            epoch, skip = progress.epoch, progress.batch
            return self.train_windows.epoch(settings.seed, epoch, transpose, skip)

        left = self.train_windows.batches - progress.batch
        return as_dataset(batches, self.train_windows, left)
