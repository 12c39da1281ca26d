"""Trainings on a tiny collection: to the end, to a time limit, fine-tuned, failed."""

import errno
import json
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.errors import InvalidSetting
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.settings import ClassicSettings, TransformerSettings
from musicgen.training.failures import DISK_FULL, INVALID_INPUT, OUT_OF_MEMORY
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.registry import create_run, find_checkpoint
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.results import read_evaluation
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from musicgen.training.worker import fit
from musicgen.training.worker.process import train_run
from tests.helpers.tiny_music import write_folder
from tests.training.worker.tiny_trainings import (
    QUICK,
    SLOW,
    TINY,
    epochs_of,
    losses_of,
    stop_after,
    tiny_settings,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("training_home")]


@pytest.fixture(scope="module")
def whole(source: str) -> Callable[[str], Run]:
    """A run trained without a stop, by encoding; trained at its first use."""

    @cache
    def run_of(encoding: str) -> Run:
        run = create_run(tiny_settings(f"whole {encoding}", source, encoding))
        assert train_run(run) == "finished"
        return run

    return run_of


@pytest.fixture
def finished(whole: Callable[[str], Run]) -> Run:
    return whole(QUICK)


@pytest.mark.parametrize("encoding", [QUICK, SLOW])
def test_a_run_from_start_to_end(whole: Callable[[str], Run], encoding: str) -> None:
    finished = whole(encoding)
    status, epochs = finished.status(), epochs_of(finished)
    assert (status.state, status.epoch, status.epochs) == ("finished", 3, 3)
    assert status.step == 3 * status.steps_per_epoch
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    assert epochs[-1]["valid_loss"] < epochs[0]["valid_loss"]
    assert status.best_valid_loss == min(line["valid_loss"] for line in epochs)
    assert epochs[0]["loss"] == pytest.approx(sum(epochs[0]["bits"].values()))
    assert all(0 <= share <= 1 for share in epochs[0]["accuracy"].values())
    assert status.device.startswith("CPU") or "GPU" in status.device
    assert open_checkpoint(find_checkpoint(finished.name)).facts["run"] == finished.name
    sides = json.loads((finished.folder / "split.json").read_text())
    assert sum(map(len, sides.values())) == 12


def test_only_the_best_and_latest_checkpoints_remain(finished: Run) -> None:
    names = {p.name for p in (finished.folder / "checkpoints").iterdir() if p.is_dir()}
    assert names == {finished.checkpoint("best").name, finished.checkpoint("latest").name}


def test_a_training_resumed_twice_has_the_losses_of_one_without_a_stop(
    finished: Run, source: str
) -> None:
    run = create_run(tiny_settings("stopped", source))
    for batches in (1, 4):
        assert train_run(run, stop_after(batches)) == "stopped"
        assert run.status().step == batches
    assert train_run(run) == "finished"
    assert losses_of(run) == pytest.approx(losses_of(finished), abs=1e-4)


def test_the_averaged_weights_are_validated(source: str) -> None:
    """The validation loss of an epoch is that of the weights in its checkpoint."""
    run = create_run(tiny_settings("averaged", source, epochs=1, average=0.8, length=64))
    train_run(run)
    result = read_evaluation(run.folder)["valid"]
    # A window holds a whole piece, so both are computed with the same context.
    assert result.bits_per_step == pytest.approx(losses_of(run)[1], abs=1e-3)


def test_a_context_longer_than_a_window_is_invalid(source: str) -> None:
    with pytest.raises(InvalidSetting, match="attends to 256 steps"):
        replace(tiny_settings("far", source), model=TransformerSettings())


@pytest.fixture(scope="module")
def full(source: str) -> Run:
    """A run with the settings of `finished`; the disk is full when epoch 2 is saved."""

    def work(run: Run, reporter: Reporter) -> None:
        class Full(TrainingSession):
            def save(self, best: bool) -> None:
                if self.state.position.epoch == 2:
                    raise OSError(errno.ENOSPC, "No space left on device")
                super().save(best)

        fit.train(run, reporter, training=Full)

    run = create_run(tiny_settings("full", source))
    assert train_run(run, work) == "failed"
    return run


def test_the_status_names_an_epoch_only_when_its_checkpoint_is_saved(full: Run) -> None:
    assert full.status().failure == DISK_FULL
    assert (full.status().epoch, full.checkpoint("latest").name) == (1, "epoch-0001")
    assert open_checkpoint(full.checkpoint()).facts["epoch"] == 1


def test_same_seed_same_losses(finished: Run, full: Run) -> None:
    assert len(losses_of(full)) >= 2
    assert losses_of(full) == losses_of(finished)[: len(losses_of(full))]


def test_tensorflow_out_of_memory(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class TooLarge(TrainingSession):
            def train(self) -> None:
                raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

        fit.train(run, reporter, training=TooLarge)

    run = create_run(tiny_settings("too large", source))
    assert train_run(run, work) == "failed"
    assert run.status().failure == OUT_OF_MEMORY
    assert "try a batch size of 2 in place of 4" in run.status().message


def test_the_time_limit_ends_a_training_within_an_epoch(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class Timed(TrainingSession):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                self.state.clock = lambda: 60.0 * self.state.position.step  # a minute a batch
                self.state.started = 0.0

        fit.train(run, reporter, training=Timed)

    run = create_run(tiny_settings("timed", source, minutes=5.0, batch_size=1))
    assert train_run(run, work) == "finished"
    status = run.status()
    assert (status.step, status.epoch) == (5, 1)
    assert status.step < status.steps_per_epoch and status.seconds_left == 0
    assert status.valid_loss is not None and run.checkpoint().is_dir()


def test_a_collection_that_is_gone(tmp_path: Path) -> None:
    run = create_run(tiny_settings("gone", str(tmp_path / "nothing")))
    assert train_run(run) == "failed"
    assert run.status().failure == INVALID_INPUT
    assert "is gone" in run.status().message


def test_too_little_music(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "one", count=1, notes=0)
    run = create_run(tiny_settings("little", str(folder)))
    assert train_run(run) == "failed"
    assert run.status().failure == INVALID_INPUT
    assert "too little music" in run.status().message


def test_classic_trains_and_composes(source: str) -> None:
    classic = ClassicSettings(width=8, layers=1, dense=8, window=10)  # traced fastest
    train = replace(TINY, epochs=1, optimizer="rmsprop", schedule="constant", batch_size=64)
    run = create_run(RunSettings("classic", source, "notes", classic, train))
    assert train_run(run) == "finished"
    checkpoint = open_checkpoint(run.checkpoint())
    assert all(len(primer) == 10 for primer in checkpoint.primers)
    logits = OnnxModel(checkpoint).start(2).logits({}, np.zeros((2, 0), np.int32))
    assert logits.shape == (2, checkpoint.encoding.fields[0].size)


def test_losses_are_means_over_all_notes(whole: Callable[[str], Run]) -> None:
    """The validation loss equals the mean cost of every note, computed from the logits."""
    from musicgen.corpus.load import load_collection
    from musicgen.models.build import build_model
    from musicgen.models.checkpoints.writer import load_weights
    from musicgen.training.data.prepare import prepare

    finished = whole(SLOW)
    settings = finished.settings
    data = prepare(load_collection(settings.source), settings)
    model = build_model(settings.model, data.encoding)
    load_weights(model, finished.checkpoint("latest"))
    nats, notes = 0.0, 0
    for inputs, targets, weights in data.windows("valid").in_order():
        logits = model(inputs, training=False)
        for name, target in targets.items():
            log_probs = logits[name].numpy().astype(np.float64)  # (B, T, V)
            log_probs -= np.log(np.exp(log_probs).sum(axis=-1, keepdims=True))
            cost = -np.take_along_axis(log_probs, target[..., None], axis=-1)[..., 0]
            nats += float((cost * weights[name]).sum())
        notes += int(weights["shift"].sum())
    assert notes == sum(map(len, data.pieces["valid"]))
    assert epochs_of(finished)[-1]["valid_loss"] == pytest.approx(
        nats / notes / math.log(2),
        rel=5e-4,  # a compiled graph rounds half precision differently
    )
