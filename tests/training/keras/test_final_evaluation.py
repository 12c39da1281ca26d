"""The evaluation after a training: its time limit, its counts, and the files that it writes."""

import json
from pathlib import Path

import pytest

from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.errors import Cancelled
from musicgen.training.keras.final_evaluation import (
    MIN_EVALUATION_SECONDS,
    evaluation_seconds,
    write_evaluation,
)
from musicgen.training.run_folder.results import EVALUATION
from musicgen.training.run_folder.run import Run
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run

pytestmark = pytest.mark.keras

PIECES = tiny_pieces(9, 30)
SIDES = {"train": PIECES[:4], "valid": PIECES[4:7], "test": PIECES[7:]}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(write_run(tmp_path, training=SIDES["train"]))


def test_all_held_out_pieces_are_measured_when_there_is_time(run: Run) -> None:
    write_evaluation(run, SIDES)
    answer = json.loads((run.folder / EVALUATION).read_text())
    counts = {side: (entry["pieces"], entry["total_pieces"]) for side, entry in answer.items()}
    assert counts == {"valid": (3, 3), "test": (2, 2)}
    assert all(entry["notes"] == entry["total_notes"] > 50 for entry in answer.values())


def test_a_time_limit_leaves_a_sample_and_the_file_has_its_size(run: Run) -> None:
    evaluations = write_evaluation(run, SIDES, seconds=0.0)
    entry = json.loads((run.folder / EVALUATION).read_text())["valid"]
    assert entry["notes"] == entry["steps"] == 3  # one step per piece
    assert entry["total_notes"] > 90
    assert evaluations["valid"].coverage == "3 of 102 notes in 3 of 3 pieces"


def test_the_training_profile_is_extended_and_not_measured_again(run: Run) -> None:
    """Only the file of the percentiles is written, with the cost of the held-out pieces."""
    before = {path: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    percentiles = dict(TrainingProfile.load(run.folder).percentiles)
    write_evaluation(run, SIDES)
    written = {p.name for p in run.folder.iterdir() if before.get(p) != p.stat().st_mtime_ns}
    assert written == {EVALUATION, "reference.json", "sha256.json"}
    after = dict(TrainingProfile.load(run.folder).percentiles)
    assert set(after) - set(percentiles) == {"nats a note"}
    assert all(after[name] == value for name, value in percentiles.items())


def test_progress_can_cancel_it(run: Run) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_evaluation(run, SIDES, cancel)
    assert not (run.folder / EVALUATION).exists()


def test_the_time_limit_is_a_tenth_of_the_training_and_at_least_a_minute() -> None:
    assert evaluation_seconds(85.0) == MIN_EVALUATION_SECONDS == 60.0
    assert evaluation_seconds(3600.0) == 360.0
