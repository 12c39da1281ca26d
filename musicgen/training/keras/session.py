"""One session of training a run: epochs, each validated and saved as a checkpoint.

Losses follow from the settings and the data alone: a training that is stopped and resumed sees
the same batches with the same dropout as one that was never stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from musicgen.errors import Cancelled
from musicgen.models.build import build_model
from musicgen.models.checkpoints.writer import CheckpointWriter, load_training_state, load_weights
from musicgen.training.data.prepare import TrainingData
from musicgen.training.data.windows import Batch
from musicgen.training.keras.averaging import averaged, swap_averages
from musicgen.training.keras.callbacks import HeartbeatCallback, TrainingCallback
from musicgen.training.keras.devices import Devices
from musicgen.training.keras.final_evaluation import (
    evaluation_seconds,
    write_baselines,
    write_evaluation,
)
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.state import TrainingState
from musicgen.training.keras.tensorboard import TensorBoardLog
from musicgen.training.run_folder.checkpoints import (
    latest_checkpoint,
    new_checkpoint_folder,
    set_pointers,
)
from musicgen.training.run_folder.position import TrainingPosition, read_position
from musicgen.training.run_folder.reporter import Reporter, Sums, epoch_log_line, mean_metrics
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import write_sample
from musicgen.training.run_folder.status import FINISHED, RUNNING, STOPPED

EVALUATING = "evaluating"
UNEVALUATED = "it is trained to its end, and was stopped before it was evaluated"
LOG_SECONDS = 10.0  # between two lines on how far the evaluation is


class TrainingSession:
    """Training of one run in this process, from a checkpoint or from new weights."""

    def __init__(
        self,
        run: Run,
        data: TrainingData,
        devices: Devices,
        reporter: Reporter,
        start: Path | None,
        resume: bool,
    ) -> None:
        """start: checkpoint to take the weights from; resume: its optimizer and position too."""
        self.run, self.data, self.reporter = run, data, reporter
        self.settings, self.group = data.settings.train, devices.group
        self.train_windows, self.valid_windows = (
            self.group.own(data.windows(side)) for side in ("train", "valid")
        )
        batches = self.train_windows.batches
        position = TrainingPosition(batch_size=self.settings.batch_size)
        with devices.scope():
            self._build()
            network = self.trainer.network
            if start is not None:
                load_weights(network, start)
            if start is not None and resume:
                load_training_state(network, self.optimizer, start)
                swap_averages(network, self.optimizer)  # checkpoints have averages as weights
                position = read_position(start).with_batch_size(self.settings.batch_size, batches)
        primers = data.primers(np.random.default_rng(self.settings.seed))
        self.tensorboard = TensorBoardLog(run.folder) if self.group.is_chief else None
        self.writer = CheckpointWriter(network, data.encoding, primers)
        self.state = TrainingState(self.settings, batches, position, self.group.clock)
        self.reporter.write(
            state=RUNNING,
            message="",
            parameters=network.count_params(),
            steps_per_epoch=batches,
            epoch=position.epoch,
            step=position.step,
        )

    def _build(self) -> None:
        """Model, trainer and optimizer."""
        data = self.data
        network = build_model(data.settings.model, data.encoding, self.settings.seed)
        fields = tuple(field.name for field in data.encoding.fields)
        self.trainer = self.group.trainer(network, fields, self.settings.label_smoothing)
        # With XLA the LSTM could not use cuDNN; on CPUs it compiles its own loop.
        self.trainer.compile(optimizer=build_optimizer(self.settings), jit_compile=False)
        self.optimizer = self.trainer.optimizer  # in float16 Keras wraps it to scale the loss
        # A train step that creates variables is traced twice, which takes seconds.
        self.optimizer.build(network.trainable_variables)

    def should_stop(self) -> bool:
        """Whether somebody requested a stop."""
        return self.run.stop_requested

    def train(self) -> None:
        """Train until the last epoch, the time limit, early stopping or a stop request."""
        with self.group.detect_lost_workers():
            while not self.is_over():
                whole = self._train_epoch()
                if not whole:
                    self.save(best=False)
                (stops,) = self.group.agree_now((self.should_stop(),))
                if not whole or (stops and not self.is_over()):
                    self.reporter.write(state=STOPPED, message="")
                    return
        if not self.group.is_chief:
            self.reporter.write(state=FINISHED, message="")
            return
        if latest_checkpoint(self.run) is None:
            self.save(best=True)
        self._evaluate()

    def is_over(self) -> bool:
        """Whether the training is complete, by epochs, time or early stopping."""
        position, patience = self.state.position, self.settings.patience
        # Continue grants the whole patience again.
        waited = position.epoch - max(position.best_epoch, self.data.settings.continued_from)
        return self.state.fraction_done >= 1.0 or bool(
            patience and position.best_valid_loss is not None and waited >= patience
        )

    def _evaluate(self) -> None:
        """Evaluate the best checkpoint, for a limited time."""
        self.reporter.write(message=EVALUATING, seconds_left=0.0)
        limit = evaluation_seconds(self.state.seconds)
        self.reporter.log(f"evaluating the best checkpoint for {limit:.0f} s at most")
        progress = _EvaluationProgress(self.reporter, self.should_stop)
        try:
            evaluations = write_evaluation(self.run, self.data.scores, progress, limit)
        except Cancelled:
            self.reporter.write(state=STOPPED, message=UNEVALUATED)
            return
        for side, evaluation in evaluations.items():
            self.reporter.log(
                f"{side}: {evaluation.bits_per_note:.3f} bits per note ({evaluation.coverage})"
            )
        self.reporter.write(state=FINISHED, message="")

    def _train_epoch(self) -> bool:
        """Train one epoch, or the rest of one; False where a stop request ended it early.

        An epoch that the time limit ends early counts as a whole one.
        """
        callback = TrainingCallback(
            self.state,
            self.reporter,
            self.should_stop,
            lambda: self.save(best=False),
            self.group.agree,
        )
        epoch = self.state.position.epoch
        self.trainer.fit(
            self._train_dataset(),
            initial_epoch=epoch,
            epochs=epoch + 1,
            callbacks=[callback],
            shuffle=False,  # the windows are shuffled already
            verbose=0,
        )
        if callback.stopped:
            return False
        self._finish_epoch(callback.sums)
        return True

    def _finish_epoch(self, sums: Sums) -> None:
        """Validate, report the metrics, save a checkpoint, compose a sample."""
        metrics = mean_metrics(sums, self.trainer.fields)
        valid = self._validate()
        position = self.state.position
        epoch, seconds = position.epoch + 1, self.state.seconds
        loss = valid["loss"] if valid else metrics["loss"]
        is_best = position.best_valid_loss is None or loss < position.best_valid_loss
        line = {**metrics, "seconds": seconds, "step": position.step}
        line |= {f"valid_{name}": value for name, value in valid.items()}
        position = replace(position, epoch=epoch, batch=0, sums={})
        if is_best:
            position = replace(position, best_epoch=epoch, best_valid_loss=loss)
        self.state.position = position
        self.reporter.add_metrics(kind="epoch", epoch=epoch, **line)
        if self.tensorboard:
            self.tensorboard.add("epoch", self.state.position.step, line)
        self.reporter.log(epoch_log_line(epoch, line))
        self.reporter.update(
            epoch=epoch,
            loss=line["loss"],
            valid_loss=line.get("valid_loss"),
            best_epoch=position.best_epoch,
            best_valid_loss=position.best_valid_loss,
            seconds=seconds,
        )
        self.save(is_best)
        self.reporter.write()  # after the checkpoint: what the status names can be opened
        if (
            self.data.scores["train"] and self.group.is_chief
        ):  # benchmarks train on encoded pieces without scores
            write_sample(self.run, epoch)
            if not self.data.is_sample:  # an n-gram of some of the pieces is no fair baseline
                write_baselines(self.run, self.data.encoding, self.data.scores)

    def _validate(self) -> dict[str, Any]:
        """Metrics of the validation pieces; empty where there are none."""
        windows = self.valid_windows
        if not windows.batches:
            return {}
        example, count = next(windows.in_order()), windows.batches_in_order
        dataset = self.group.dataset(windows.in_order, example, count)
        with averaged(self.trainer, self.optimizer):
            callbacks = [HeartbeatCallback(self.reporter)]
            self.trainer.evaluate(dataset, verbose=0, return_dict=True, callbacks=callbacks)
        return mean_metrics(self.trainer.sums(), self.trainer.fields)

    def save(self, best: bool) -> None:
        """Write a checkpoint, then the pointers to it, then delete the older ones.

        Of several workers the chief does.
        """
        if not self.group.is_chief:
            return
        position = replace(self.state.position, seconds=self.state.seconds)
        status = self.reporter.status
        facts = {
            "run": self.run.name,
            "source": self.data.settings.source,
            "epoch": position.epoch,
            "loss": status.loss,
            "valid_loss": status.valid_loss,
        }
        with averaged(self.trainer, self.optimizer):
            checkpoint = new_checkpoint_folder(self.run, position)
            self.writer.write(checkpoint, facts, self.optimizer, asdict(position))
        set_pointers(checkpoint, best)

    def _train_dataset(self) -> tf.data.Dataset:
        """Batches of the current epoch from the current position on."""
        settings, position = self.settings, self.state.position
        transpose = (-settings.transpose_down, settings.transpose_up)  # semitones

        def batches() -> Iterator[Batch]:
            return self.train_windows.shuffled(
                settings.seed, position.epoch, transpose, position.batch
            )

        remaining = self.train_windows.batches - position.batch
        return self.group.dataset(batches, next(self.train_windows.in_order()), remaining)


class _EvaluationProgress:
    """Progress of the evaluation in the run's status, and every 10 seconds in the log."""

    def __init__(self, reporter: Reporter, should_stop: Callable[[], bool]) -> None:
        self._reporter, self._should_stop = reporter, should_stop
        self._logged_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if self._should_stop():
            raise Cancelled
        message = f"{EVALUATING}: {done:,} of {total:,}"
        self._reporter.heartbeat(message=message)
        if time.monotonic() - self._logged_at >= LOG_SECONDS:
            self._reporter.log(message)
            self._logged_at = time.monotonic()
