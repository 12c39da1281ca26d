"""Trainings on a tiny collection: to the end, stopped, resumed, continued, failed."""

import errno
import json
import math
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file, save_file

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.errors import InvalidSetting
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.settings import ClassicSettings, LstmSettings, TransformerSettings
from musicgen.training.failures import DISK_FULL, DIVERGED, INVALID_INPUT, OUT_OF_MEMORY
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.position import read_position
from musicgen.training.run_folder.registry import create_run, find_checkpoint
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.results import read_evaluation
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import write_status
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import fit, launch
from musicgen.training.worker.process import Work, train_run
from tests.helpers.tiny_music import write_folder

pytestmark = pytest.mark.slow

TINY = TrainSettings(epochs=3, batch_size=4, length=16, patience=0, learning_rate=1e-2)
# TensorFlow traces a model of `events` three times as long as one of `notes`. So `notes` is used
# where only the course of a training is tested, and both where its losses are.
QUICK, SLOW = "notes", "events"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_folder(tmp_path_factory.mktemp("music") / "melodies"))


def _settings(name: str, source: str, encoding: str = QUICK, **changes: Any) -> RunSettings:
    return RunSettings(name, source, encoding, LstmSettings(8, 1, 0.2), replace(TINY, **changes))


@pytest.fixture(scope="module")
def whole(source: str) -> dict[str, Run]:
    """Runs trained without a stop, by encoding."""
    runs = {
        encoding: create_run(_settings(f"whole {encoding}", source, encoding))
        for encoding in (QUICK, SLOW)
    }
    assert [train_run(run) for run in runs.values()] == ["finished", "finished"]
    return runs


@pytest.fixture
def finished(whole: dict[str, Run]) -> Run:
    return whole[QUICK]


def _epochs(run: Run) -> list[dict[str, Any]]:
    return [line for line in run.metrics() if line["kind"] == "epoch"]


def _losses(run: Run) -> list[float]:
    return [line[name] for line in _epochs(run) for name in ("loss", "valid_loss")]


def _stop_after(batches: int) -> Work:
    """A training with a stop request after so many batches."""

    def work(run: Run, reporter: Reporter) -> None:
        class Stopped(TrainingSession):
            def should_stop(self) -> bool:
                return self.state.position.step >= batches

        fit.train(run, reporter, training=Stopped)

    return work


@pytest.mark.parametrize("encoding", [QUICK, SLOW])
def test_a_run_from_start_to_end(whole: dict[str, Run], encoding: str) -> None:
    finished = whole[encoding]
    status, epochs = finished.status(), _epochs(finished)
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


def test_same_seed_same_losses(finished: Run, source: str) -> None:
    again = create_run(_settings("again", source))
    train_run(again)
    assert _losses(again) == _losses(finished)
    other = create_run(_settings("other", source, seed=1))
    train_run(other)
    assert _losses(other) != _losses(finished)


@pytest.mark.parametrize(("encoding", "batches"), [(QUICK, 1), (SLOW, 4)])
def test_a_resumed_training_has_the_losses_of_one_without_a_stop(
    whole: dict[str, Run], source: str, encoding: str, batches: int
) -> None:
    run = create_run(_settings(f"stopped {batches}", source, encoding))
    assert train_run(run, _stop_after(batches)) == "stopped"
    assert run.status().step == batches
    assert train_run(run) == "finished"
    assert _losses(run) == pytest.approx(_losses(whole[encoding]), abs=1e-4)


def test_resume_with_a_smaller_batch_size(source: str) -> None:
    """The rest of the epoch is trained in batches of half the size, as after lack of memory."""
    run = create_run(_settings("smaller", source))
    assert train_run(run, _stop_after(3)) == "stopped"
    before = run.status().steps_per_epoch
    launch.change_settings(run, batch_size=2)
    assert train_run(run) == "finished"
    status, losses = run.status(), _losses(run)
    assert (status.epoch, run.settings.train.batch_size) == (3, 2)
    assert status.steps_per_epoch in (2 * before - 1, 2 * before)
    # 3 batches of 4 windows are done: 6 batches of 2 are skipped.
    assert status.step == 3 + 3 * status.steps_per_epoch - 6
    assert len(losses) == 6 and all(map(math.isfinite, losses))
    assert losses[-2] < losses[0]


def test_a_resumed_transformer_with_averaged_weights_has_the_same_losses(source: str) -> None:
    model = TransformerSettings(width=16, layers=1, heads=2, feed_forward=2, context=12)
    settings = replace(_settings("transformer", source, SLOW, epochs=2, average=0.8), model=model)
    without_stop = create_run(settings)
    assert train_run(without_stop) == "finished"
    halves = create_run(replace(settings, name="transformer in halves"))
    assert train_run(halves, _stop_after(3)) == "stopped"
    assert train_run(halves) == "finished"
    assert _losses(halves) == pytest.approx(_losses(without_stop), abs=1e-4)


def test_the_averaged_weights_are_validated(source: str) -> None:
    """The validation loss of an epoch is that of the weights in its checkpoint."""
    run = create_run(_settings("averaged", source, epochs=1, average=0.8, length=64))
    train_run(run)
    result = read_evaluation(run.folder)["valid"]
    # A window holds a whole piece, so both are computed with the same context.
    assert result.bits_per_step == pytest.approx(_losses(run)[1], abs=1e-3)


def test_a_context_longer_than_a_window_is_invalid(source: str) -> None:
    with pytest.raises(InvalidSetting, match="attends to 256 steps"):
        replace(_settings("far", source), model=TransformerSettings())


def test_more_epochs(source: str) -> None:
    run = create_run(_settings("short", source, epochs=1))
    train_run(run)
    longer = replace(run.settings, train=replace(run.settings.train, epochs=2))
    (run.folder / "run.json").write_text(json.dumps(longer.to_json()))
    assert train_run(run) == "finished"
    assert [line["epoch"] for line in _epochs(run)] == [1, 2]


def test_fine_tuned_from_another_run(finished: Run, source: str) -> None:
    run = create_run(replace(_settings("tuned", source, epochs=1), start_from=finished.name))
    train_run(run)
    assert _losses(run)[0] < _losses(finished)[0]


def test_a_loss_that_is_not_a_number(finished: Run, source: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(finished.checkpoint(), broken)
    weights = load_file(broken / "weights.safetensors")
    invalid = {name: np.full_like(value, math.nan) for name, value in weights.items()}
    save_file(invalid, broken / "weights.safetensors")
    run = create_run(replace(_settings("nan", source), start_from=str(broken)))
    assert train_run(run) == "failed"
    assert run.status().failure == DIVERGED
    assert "lower learning rate" in run.status().message


def test_the_status_names_an_epoch_only_when_its_checkpoint_is_saved(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class Full(TrainingSession):
            def save(self, best: bool) -> None:
                if self.state.position.epoch == 2:
                    raise OSError(errno.ENOSPC, "No space left on device")
                super().save(best)

        fit.train(run, reporter, training=Full)

    run = create_run(_settings("full", source))
    assert train_run(run, work) == "failed"
    assert run.status().failure == DISK_FULL
    assert (run.status().epoch, run.checkpoint("latest").name) == (1, "epoch-0001")
    assert open_checkpoint(run.checkpoint()).facts["epoch"] == 1


def test_tensorflow_out_of_memory(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class TooLarge(TrainingSession):
            def train(self) -> None:
                raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

        fit.train(run, reporter, training=TooLarge)

    run = create_run(_settings("too large", source))
    assert train_run(run, work) == "failed"
    assert run.status().failure == OUT_OF_MEMORY
    assert "try a batch size of 2 in place of 4" in run.status().message


def test_patience_counts_from_continue(source: str) -> None:
    """A run stopped by patience trains as many epochs again when it is continued."""
    run = create_run(_settings("patient", source, epochs=1, patience=2))
    assert train_run(run) == "finished"
    position = replace(read_position(run.checkpoint("latest")), epoch=5, best_epoch=3)
    best = replace(position, best_valid_loss=0.0)  # no later epoch can be better
    write_json(run.checkpoint("latest") / "progress.json", asdict(best))
    write_status(run.folder, replace(run.stored_status(), epoch=5))
    launch.change_settings(run, epochs=100)
    assert train_run(run) == "finished"
    assert (run.status().epoch, run.status().best_epoch) == (7, 3)
    assert run.settings.train.patience == 2


def test_stop_in_the_final_evaluation(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class Ended(TrainingSession):
            def should_stop(self) -> bool:
                return self.is_over()

        fit.train(run, reporter, training=Ended)

    run = create_run(_settings("unjudged", source, epochs=1))
    assert train_run(run, work) == "stopped"
    assert "stopped before it was evaluated" in run.status().message
    assert not (run.folder / "evaluation.json").exists()
    assert train_run(run) == "finished"
    assert run.status().epoch == 1
    assert (run.folder / "evaluation.json").exists()


def test_stop_while_the_collection_is_read(source: str) -> None:
    run = create_run(_settings("stopped early", source))

    def work(run: Run, reporter: Reporter) -> None:
        (run.folder / "stop").touch()
        fit.train(run, reporter)

    assert train_run(run, work) == "stopped"
    assert "while the collection was read" in run.status().message


def test_the_time_limit_ends_a_training_within_an_epoch(source: str) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        class Timed(TrainingSession):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                self.state.clock = lambda: 60.0 * self.state.position.step  # a minute a batch
                self.state.started = 0.0

        fit.train(run, reporter, training=Timed)

    run = create_run(_settings("timed", source, minutes=5.0, batch_size=1))
    assert train_run(run, work) == "finished"
    status = run.status()
    assert (status.step, status.epoch) == (5, 1)
    assert status.step < status.steps_per_epoch and status.seconds_left == 0
    assert status.valid_loss is not None and run.checkpoint().is_dir()


def test_a_collection_that_is_gone(tmp_path: Path) -> None:
    run = create_run(_settings("gone", str(tmp_path / "nothing")))
    assert train_run(run) == "failed"
    assert run.status().failure == INVALID_INPUT
    assert "is gone" in run.status().message


def test_too_little_music(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "one", count=1, notes=0)
    run = create_run(_settings("little", str(folder)))
    assert train_run(run) == "failed"
    assert run.status().failure == INVALID_INPUT
    assert "too little music" in run.status().message


def test_classic_trains_and_composes(source: str) -> None:
    classic = ClassicSettings(width=8, layers=3, dense=8, window=10)
    train = replace(TINY, epochs=1, optimizer="rmsprop", schedule="constant", batch_size=64)
    run = create_run(RunSettings("classic", source, "notes", classic, train))
    assert train_run(run) == "finished"
    checkpoint = open_checkpoint(run.checkpoint())
    assert all(len(primer) == 10 for primer in checkpoint.primers)
    logits = OnnxModel(checkpoint).start(2).logits({}, np.zeros((2, 0), np.int32))
    assert logits.shape == (2, checkpoint.encoding.fields[0].size)


def test_a_transformer_trains_on_the_notebooks_tokens(source: str) -> None:
    settings = _settings("transformer on tokens", source)
    model = TransformerSettings(16, 1, 2, context=16)
    assert train_run(create_run(replace(settings, model=model))) == "finished"


def test_losses_are_means_over_all_notes(whole: dict[str, Run]) -> None:
    """The validation loss equals the mean cost of every note, computed from the logits."""
    from musicgen.corpus.load import load_collection
    from musicgen.models.build import build_model
    from musicgen.models.checkpoints.writer import load_weights
    from musicgen.training.data.prepare import prepare

    finished = whole[SLOW]
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
    assert _epochs(finished)[-1]["valid_loss"] == pytest.approx(
        nats / notes / math.log(2),
        rel=5e-4,  # a compiled graph rounds half precision differently
    )
