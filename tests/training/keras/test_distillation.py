"""One model that learns from what two compose."""

from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.errors import InvalidSetting
from musicgen.training.data.prepare import TrainingData
from musicgen.training.keras.distillation.train import (
    Distillation,
    compose_pieces,
    distill,
    with_composed,
)
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.status import FINISHED
from tests.helpers.tiny_music import band_pieces, write_bands
from tests.helpers.weighted_runs import write_weighted_run

pytestmark = pytest.mark.keras

ENCODING = PartsEncoding(given_first=True, chords=True, intervals=True, bars_ago=True)
WITHOUT_BARS = replace(ENCODING, bars_ago=False)
SETTINGS = Distillation(pieces=18, bars=2, repeats=3, minutes=0.01, seed=4)


@pytest.fixture
def teachers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    bands = write_bands(tmp_path / "bands")
    write_weighted_run(tmp_path, "first", encoding=ENCODING, source=str(bands))
    write_weighted_run(tmp_path, "second", encoding=WITHOUT_BARS, source=str(bands))
    return ["first", "second"]


def test_pieces_are_drawn_from_both(teachers: list[str]) -> None:
    pieces = list(compose_pieces(teachers, SETTINGS))
    assert len(pieces) == 18
    assert all(isinstance(steps, PartsSteps) and steps.chords is not None for steps in pieces)
    again = list(compose_pieces(teachers, SETTINGS))
    alone = list(compose_pieces(teachers[:1], SETTINGS))
    assert [p.fields.tolist() for p in again] == [p.fields.tolist() for p in pieces]
    assert [p.fields.tolist() for p in alone] != [p.fields.tolist() for p in pieces]
    with pytest.raises(InvalidSetting, match="other fields or features"):
        list(compose_pieces(["second", "first"], SETTINGS))


def test_people_s_pieces_come_several_times_beside_the_composed() -> None:
    pieces = [ENCODING.encode(score) for score in band_pieces(4, 2)]
    data = TrainingData(ENCODING, {}, {"train": pieces[:2], "valid": pieces[2:3]}, None)  # type: ignore[arg-type]
    assert with_composed(data, pieces[3:], 2).pieces == {
        "train": (pieces[0], pieces[1], pieces[0], pieces[1], pieces[3]),
        "valid": pieces[2:3],
    }


def test_the_student_is_a_run_that_begins_with_the_first(
    teachers: list[str], eager_tensorflow: None
) -> None:
    assert distill("student", teachers, SETTINGS) == FINISHED
    run = find_run("student")
    assert (run.settings.start_from, run.settings.model.dropout) == ("first", 0.2)
    assert run.checkpoint("best").is_dir()
    assert distill("student", teachers, SETTINGS) == FINISHED  # it is trained already
