"""Trainings that are stopped and resumed, or finished and continued."""

import json
import math
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from musicgen.file_hashes import write_listed
from musicgen.files import write_json
from musicgen.models.settings import TransformerSettings
from musicgen.training.keras.session import TrainingSession
from musicgen.training.run_folder.position import read_position
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import write_status
from musicgen.training.worker import fit, launch
from musicgen.training.worker.process import train_run
from tests.helpers.tiny_music import write_folder
from tests.training.worker.tiny_trainings import epochs_of, losses_of, stop_after, tiny_settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def one_epoch(source: str) -> Run:
    """A run trained for one epoch, to its end."""
    run = create_run(tiny_settings("one epoch", source, epochs=1))
    assert train_run(run) == "finished"
    return run


def _copy_of(run: Run, name: str, **changes: Any) -> Run:
    """A copy of a run with other settings of its training."""
    copy = Run(shutil.copytree(run.folder, run.folder.with_name(name)))
    settings = replace(run.settings, name=name, train=replace(run.settings.train, **changes))
    write_json(copy.folder / "run.json", settings.to_json())
    return copy


def test_resume_with_a_smaller_batch_size(source: str) -> None:
    """The rest of the epoch is trained in batches of half the size, as after lack of memory."""
    run = create_run(tiny_settings("smaller", source))
    assert train_run(run, stop_after(3)) == "stopped"
    before = run.status().steps_per_epoch
    launch.change_settings(run, batch_size=2)
    assert train_run(run) == "finished"
    status, losses = run.status(), losses_of(run)
    assert (status.epoch, run.settings.train.batch_size) == (3, 2)
    assert status.steps_per_epoch in (2 * before - 1, 2 * before)
    # 3 batches of 4 windows are done: 6 batches of 2 are skipped.
    assert status.step == 3 + 3 * status.steps_per_epoch - 6
    assert len(losses) == 6 and all(map(math.isfinite, losses))
    assert losses[-2] < losses[0]


def test_a_resumed_run_keeps_its_split_when_pieces_are_added(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "growing", count=8)
    run = create_run(tiny_settings("growing", str(folder), epochs=1))
    assert train_run(run, stop_after(1)) == "stopped"
    split = run.folder / "split.json"
    sides = json.loads(split.read_text())
    # As if it had been trained by another rule: the first training piece is held out.
    sides["valid"].append(sides["train"].pop(0))
    split.write_text(json.dumps(sides))
    write_folder(folder, count=12)
    assert train_run(run) == "finished"
    resumed = json.loads(split.read_text())
    assert sum(map(len, resumed.values())) == 12
    assert all(set(names) <= set(resumed[side]) for side, names in sides.items())


def test_a_resumed_transformer_with_averaged_weights_has_the_same_losses(source: str) -> None:
    model = TransformerSettings(width=16, layers=1, heads=2, feed_forward=2, context=12)
    settings = replace(tiny_settings("transformer", source, epochs=2, average=0.8), model=model)
    without_stop = create_run(settings)
    assert train_run(without_stop) == "finished"
    halves = create_run(replace(settings, name="transformer in halves"))
    assert train_run(halves, stop_after(3)) == "stopped"
    assert train_run(halves) == "finished"
    assert losses_of(halves) == pytest.approx(losses_of(without_stop), abs=1e-4)


def test_patience_counts_from_continue(one_epoch: Run) -> None:
    """A run stopped by patience trains as many epochs again when it is continued."""
    run = _copy_of(one_epoch, "patient", patience=2)
    position = replace(read_position(run.checkpoint("latest")), epoch=5, best_epoch=3)
    best = replace(position, best_valid_loss=0.0)  # no later epoch can be better
    write_listed(run.checkpoint("latest"), "progress.json", json.dumps(asdict(best)).encode())
    write_status(run.folder, replace(run.stored_status(), epoch=5))
    launch.change_settings(run, epochs=100)
    assert train_run(run) == "finished"
    assert (run.status().epoch, run.status().best_epoch) == (7, 3)
    assert [line["epoch"] for line in epochs_of(run)] == [1, 6, 7]
    assert run.settings.train.patience == 2


@pytest.fixture(scope="module")
def evaluated_later(source: str) -> Run:
    """A run of another seed than `one_epoch`, stopped in its final evaluation and resumed."""

    def work(run: Run, reporter: Reporter) -> None:
        class Ended(TrainingSession):
            def should_stop(self) -> bool:
                return self.is_over()

        fit.train(run, reporter, training=Ended)

    run = create_run(tiny_settings("evaluated later", source, epochs=1, seed=1))
    assert train_run(run, work) == "stopped"
    assert "stopped before it was evaluated" in run.status().message
    assert not (run.folder / "evaluation.json").exists()
    assert train_run(run) == "finished"
    return run


def test_stop_in_the_final_evaluation(evaluated_later: Run) -> None:
    assert evaluated_later.status().epoch == 1
    assert (evaluated_later.folder / "evaluation.json").exists()


def test_another_seed_has_other_losses(one_epoch: Run, evaluated_later: Run) -> None:
    assert losses_of(evaluated_later) != losses_of(one_epoch)


def test_stop_while_the_collection_is_read(source: str) -> None:
    run = create_run(tiny_settings("stopped early", source))

    def work(run: Run, reporter: Reporter) -> None:
        (run.folder / "stop").touch()
        fit.train(run, reporter)

    assert train_run(run, work) == "stopped"
    assert "while the collection was read" in run.status().message
