"""One model that learns from what two compose."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.errors import InvalidSetting
from musicgen.training.data.prepare import TrainingData
from musicgen.training.keras.distillation.train import (
    COMPOSING,
    Distillation,
    compose_pieces,
    distill,
    open_teachers,
    with_composed,
)
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import UnknownRun
from musicgen.training.run_folder.status import FINISHED, STOPPED
from musicgen.training.worker.launch import stop
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


def drawn(teachers: list[str], settings: Distillation = SETTINGS) -> list[list[list[int]]]:
    return [steps.fields.tolist() for steps in compose_pieces(open_teachers(teachers), settings)]


def test_pieces_are_drawn_from_both(teachers: list[str]) -> None:
    pieces = list(compose_pieces(open_teachers(teachers), SETTINGS))
    assert len(pieces) == 18
    assert all(isinstance(steps, PartsSteps) and steps.chords is not None for steps in pieces)
    fields = [steps.fields.tolist() for steps in pieces]
    assert drawn(teachers) == fields
    assert drawn(teachers[:1]) != fields


def test_another_seed_draws_other_pieces(teachers: list[str]) -> None:
    """Batch by batch: the second of one seed is not the first of the next."""
    more = replace(SETTINGS, pieces=32, bars=6)
    first, second = (drawn(teachers[:1], replace(more, seed=seed)) for seed in (0, 1))
    batches = [first[:16], first[16:], second[:16], second[16:]]
    assert all(one != other for one, other in combinations(batches, 2))


def test_teachers_that_do_not_fit_leave_no_run(tmp_path: Path, teachers: list[str]) -> None:
    with pytest.raises(InvalidSetting, match="other fields or features"):
        distill("student", ["second", "first"], SETTINGS)
    write_weighted_run(tmp_path, "notes")
    with pytest.raises(InvalidSetting, match="knows no parts"):
        distill("student", ["notes"], SETTINGS)
    with pytest.raises(UnknownRun):
        find_run("student")


def is_composing(name: str) -> bool:
    with suppress(UnknownRun):
        return COMPOSING in find_run(name).stored_status().message
    return False


def test_a_run_that_is_stopped_while_pieces_are_composed_goes_on(
    teachers: list[str], eager_tensorflow: None
) -> None:
    pieces = replace(SETTINGS, pieces=10_000)  # that take minutes
    with ThreadPoolExecutor(1) as pool:
        state = pool.submit(distill, "student", teachers, pieces)
        while not state.done() and not is_composing("student"):
            time.sleep(0.02)
        stop(find_run("student"))
    assert state.result() == STOPPED
    assert distill("student", teachers, SETTINGS) == FINISHED


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
