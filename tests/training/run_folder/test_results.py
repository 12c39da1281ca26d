"""Results on held-out pieces, as read from a run's folder."""

from pathlib import Path

import pytest

from musicgen.files import write_json
from musicgen.training.run_folder.results import (
    BaselineResult,
    SideResult,
    read_baselines,
    read_evaluation,
)


def test_results_are_read(tmp_path: Path) -> None:
    side = {"bits_per_note": 3, "bits_per_step": 2.5, "accuracy": {"pitch": 0.5}, "notes": 7}
    side |= {"spread": {}}  # a key that is not read
    write_json(tmp_path / "evaluation.json", {"valid": side})
    assert read_evaluation(tmp_path) == {"valid": SideResult(3.0, 2.5, {"pitch": 0.5}, 7)}
    ngram = {"name": "n-gram", "order": 4, "bits_per_note": {"valid": 5.0}}
    write_json(tmp_path / "baselines.json", {"n-gram": ngram})
    assert read_baselines(tmp_path) == {"n-gram": BaselineResult(4, {"valid": 5.0})}


def test_a_result_is_a_sample_where_notes_are_left() -> None:
    assert SideResult(notes=7, total_notes=8).is_sample
    assert not SideResult(notes=8, total_notes=8).is_sample
    assert not SideResult(notes=8).is_sample  # an early file, of a whole side
    assert not SideResult(total_notes=8).is_sample


@pytest.mark.parametrize("text", ["", "[]", '{"valid": []}', '{"valid": {"bits_per_note": []}}'])
def test_results_that_do_not_fit_are_empty(tmp_path: Path, text: str) -> None:
    for name in ("evaluation.json", "baselines.json"):
        (tmp_path / name).write_text(text)
    assert read_evaluation(tmp_path) == {} == read_baselines(tmp_path)
