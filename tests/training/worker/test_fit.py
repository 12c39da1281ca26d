"""The real training on a tiny collection: to the end, stopped, resumed, failed."""

import errno
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.settings import ClassicSettings, LstmSettings, TransformerSettings
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.registry import create_run, find_checkpoint
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import fit, launch
from musicgen.training.worker.process import train_run
from tests.helpers.tiny_music import write_folder

pytestmark = pytest.mark.slow

TINY = TrainSettings(epochs=3, batch_size=4, length=16, patience=0, learning_rate=1e-2)
# TensorFlow takes three times as long to trace what hears `events` as what hears `notes`: how a
# training goes on and ends is tried with the latter, what it learns with both.
QUICK, USUAL = "notes", "events"


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
    """Runs that were never stopped, by encoding."""
    runs = {each: create_run(_settings(f"whole {each}", source, each)) for each in (QUICK, USUAL)}
    assert [train_run(run) for run in runs.values()] == ["finished", "finished"]
    return runs


@pytest.fixture
def finished(whole: dict[str, Run]) -> Run:
    return whole[QUICK]


def _epochs(run: Run) -> list[dict[str, Any]]:
    return [line for line in run.metrics() if line["kind"] == "epoch"]


def _losses(run: Run) -> list[float]:
    return [line[name] for line in _epochs(run) for name in ("loss", "valid_loss")]


def _stop_after(batches: int) -> Callable[[Run], None]:
    """Training that is asked to stop after so many batches."""

    def work(run: Run) -> None:
        class Impatient(TrainingSession):
            def should_stop(self) -> bool:
                return self.state.progress.step >= batches

        fit.train(run, training=Impatient)

    return work


@pytest.mark.parametrize("encoding", [QUICK, USUAL])
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


def test_only_best_and_latest_are_kept(finished: Run) -> None:
    kept = {p.name for p in (finished.folder / "checkpoints").iterdir() if p.is_dir()}
    assert kept == {finished.checkpoint("best").name, finished.checkpoint("latest").name}


def test_same_seed_same_losses(finished: Run, source: str) -> None:
    again = create_run(_settings("again", source))
    train_run(again)
    assert _losses(again) == _losses(finished)
    other = create_run(_settings("other", source, seed=1))
    train_run(other)
    assert _losses(other) != _losses(finished)


@pytest.mark.parametrize(("encoding", "batches"), [(QUICK, 1), (USUAL, 4)])
def test_stopped_and_resumed_is_as_never_stopped(
    whole: dict[str, Run], source: str, encoding: str, batches: int
) -> None:
    run = create_run(_settings(f"stopped {batches}", source, encoding))
    assert train_run(run, _stop_after(batches)) == "stopped"
    assert run.status().step == batches
    assert train_run(run) == "finished"
    assert _losses(run) == pytest.approx(_losses(whole[encoding]), abs=1e-4)


def test_resumed_in_smaller_batches(source: str) -> None:
    """As after a want of memory: the rest of the epoch in batches of half the size."""
    run = create_run(_settings("smaller", source))
    assert train_run(run, _stop_after(3)) == "stopped"
    before = run.status().steps_per_epoch
    launch.change_settings(run, batch_size=2)
    assert train_run(run) == "finished"
    status, losses = run.status(), _losses(run)
    assert (status.epoch, run.settings.train.batch_size) == (3, 2)
    assert status.steps_per_epoch in (2 * before - 1, 2 * before)
    # 3 batches of 4 windows were seen: 6 of 2 are passed over.
    assert status.step == 3 + 3 * status.steps_per_epoch - 6
    assert len(losses) == 6 and all(map(math.isfinite, losses))
    assert losses[-2] < losses[0]


def test_transformer_with_averages_goes_on_as_if_never_stopped(source: str) -> None:
    model = TransformerSettings(width=16, layers=1, heads=2, feed_forward=2, context=12)
    settings = replace(_settings("attentive", source, USUAL, epochs=2, average=0.8), model=model)
    straight = create_run(settings)
    assert train_run(straight) == "finished"
    halves = create_run(replace(settings, name="attentive in halves"))
    assert train_run(halves, _stop_after(3)) == "stopped"
    assert train_run(halves) == "finished"
    assert _losses(halves) == pytest.approx(_losses(straight), abs=1e-4)


def test_validated_weights_are_the_averages(source: str) -> None:
    """The validation loss of an epoch is that of the weights in its checkpoint."""
    run = create_run(_settings("averaged", source, epochs=1, average=0.8, length=64))
    train_run(run)
    judged = json.loads((run.folder / "evaluation.json").read_bytes())["valid"]
    # Windows are longer than the pieces, so that both saw the same.
    assert judged["bits_per_step"] == pytest.approx(_losses(run)[1], abs=1e-3)


def test_context_longer_than_a_window_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="attends to 256 steps and is trained on windows of 16"):
        replace(_settings("far", source), model=TransformerSettings())


def test_continued_for_more_epochs(source: str) -> None:
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


def test_loss_that_is_no_number(finished: Run, source: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(finished.checkpoint(), broken)
    weights = load_file(broken / "weights.safetensors")
    nothing = {name: np.full_like(value, math.nan) for name, value in weights.items()}
    save_file(nothing, broken / "weights.safetensors")
    run = create_run(replace(_settings("nan", source), start_from=str(broken)))
    assert train_run(run) == "failed"
    assert "no longer a number" in run.status().message
    assert "lower learning rate" in run.status().message


def test_an_epoch_is_told_of_when_its_checkpoint_is_there(source: str) -> None:
    def work(run: Run) -> None:
        class Full(TrainingSession):
            def save(self, best: bool) -> None:
                if self.state.progress.epoch == 2:
                    raise OSError(errno.ENOSPC, "No space left on device")
                super().save(best)

        fit.train(run, training=Full)

    run = create_run(_settings("full", source))
    assert train_run(run, work) == "failed"
    assert "the disk is full" in run.status().message
    assert (run.status().epoch, run.checkpoint("latest").name) == (1, "epoch-0001")
    assert open_checkpoint(run.checkpoint()).facts["epoch"] == 1


def test_stopped_while_it_is_evaluated(source: str) -> None:
    def work(run: Run) -> None:
        class Ended(TrainingSession):
            def should_stop(self) -> bool:
                return self.is_over()

        fit.train(run, training=Ended)

    run = create_run(_settings("unjudged", source, epochs=1))
    assert train_run(run, work) == "stopped"
    assert "stopped before it was evaluated" in run.status().message
    assert not (run.folder / "evaluation.json").exists()
    assert train_run(run) == "finished"
    assert run.status().epoch == 1
    assert (run.folder / "evaluation.json").exists()


def test_stopped_while_the_collection_is_read(source: str) -> None:
    run = create_run(_settings("impatient", source))

    def work(run: Run) -> None:
        (run.folder / "stop").touch()
        fit.train(run)

    assert train_run(run, work) == "stopped"
    assert "while the collection was read" in run.status().message


def test_the_time_ends_a_training_within_an_epoch(source: str) -> None:
    def work(run: Run) -> None:
        class Late(TrainingSession):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                self.state.clock = lambda: 60.0 * self.state.progress.step  # a minute a batch
                self.state.started = 0.0

        fit.train(run, training=Late)

    run = create_run(_settings("timed", source, minutes=5.0, batch_size=1))
    assert train_run(run, work) == "finished"
    status = run.status()
    assert (status.step, status.epoch) == (5, 1)
    assert status.step < status.steps_per_epoch and status.seconds_left == 0
    assert status.valid_loss is not None and run.checkpoint().is_dir()


def test_collection_that_is_gone(tmp_path: Path) -> None:
    run = create_run(_settings("gone", str(tmp_path / "nothing")))
    assert train_run(run) == "failed"
    assert "is gone" in run.status().message


def test_too_little_music(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "one", count=1, notes=0)
    run = create_run(_settings("little", str(folder)))
    assert train_run(run) == "failed"
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


def test_the_notebooks_tokens_are_learned_by_a_transformer(source: str) -> None:
    settings = _settings("attentive on tokens", source)
    model = TransformerSettings(16, 1, 2, context=16)
    assert train_run(create_run(replace(settings, model=model))) == "finished"


def test_losses_are_means_over_all_notes(whole: dict[str, Run]) -> None:
    """The validation loss against the same model's logits, note by note."""
    from musicgen.corpus.load import load_collection
    from musicgen.models.build import build_model
    from musicgen.models.checkpoints.writer import load_weights
    from musicgen.training.data.prepare import prepare

    finished = whole[USUAL]
    settings = finished.settings
    data = prepare(load_collection(settings.source), settings)
    model = build_model(settings.model, data.encoding)
    load_weights(model, finished.checkpoint("latest"))
    nats, notes = 0.0, 0
    for inputs, targets, weights in data.windows("valid").in_order():
        logits = model(inputs, training=False)
        for name, target in targets.items():
            chances = logits[name].numpy().astype(np.float64)
            chances -= np.log(np.exp(chances).sum(axis=-1, keepdims=True))
            cost = -np.take_along_axis(chances, target[..., None], axis=-1)[..., 0]
            nats += float((cost * weights[name]).sum())
        notes += int(weights["shift"].sum())
    assert notes == sum(map(len, data.pieces["valid"]))
    assert _epochs(finished)[-1]["valid_loss"] == pytest.approx(
        nats / notes / math.log(2),
        rel=5e-4,  # half precision rounds a graph otherwise
    )
