"""A run on the Train page: state, metrics, curves; and the comparison of runs."""

from __future__ import annotations

import json
import math
import shutil
import time
from pathlib import Path

import pytest

from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.status import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    QUEUED,
    RUNNING,
    STALLED,
    STARTING,
    STOPPED,
    STOPPING,
)
from musicgen.training.worker import launch
from musicgen.ui.train.runs import STATES
from musicgen.ui.train.watch import VIEWS
from tests.helpers.example_runs import run_that_is
from tests.helpers.page_text import TRAIN, buttons, live_data, metrics, texts
from tests.helpers.tiny_music import tiny_pieces


def test_no_run_says_what_to_do(open_page, monkeypatch, tmp_path: Path):
    monkeypatch.setattr("musicgen.training.run_folder.registry.PRETRAINED", tmp_path / "none")
    assert "There is no run yet: start one under New." in texts(open_page(TRAIN, show="Watch"))
    assert "With two runs or more" in texts(open_page(TRAIN, show="Compare"))


@pytest.mark.parametrize("trains", [False, True])
def test_an_address_shows_its_view_whether_or_not_something_trains(open_page, alive, trains):
    run_that_is(FINISHED, "mine")
    if trains:
        alive(run_that_is(RUNNING, "young"))
    page = open_page(TRAIN, run="mine")
    assert page.session_state["show"] == "Watch" and page.selectbox(key="run").value == "mine"
    assert open_page(TRAIN, collection="string-quartets").session_state["show"] == "New"
    assert open_page(TRAIN).session_state["show"] == ("Watch" if trains else "New")


def test_a_run_deleted_by_another_tab_warns(open_page):
    run = run_that_is(STOPPED, "mine")
    page = open_page(TRAIN, show="Watch", run="mine")
    shutil.rmtree(run.folder)
    page.run()
    assert page.selectbox(key="run").value != "mine"
    assert "“mine” is not here any more" in page.warning[0].value


def test_every_state_has_its_badge_advice_and_buttons(open_page, alive):
    long_ago = time.time() - 1000
    for state, stored, has_process, stop in (
        (QUEUED, QUEUED, True, False),
        (STARTING, STARTING, True, False),
        (RUNNING, RUNNING, True, False),
        (STOPPING, RUNNING, True, True),
        (STOPPED, STOPPED, False, False),
        (FINISHED, FINISHED, False, False),
        (FAILED, FAILED, False, False),
        (INTERRUPTED, RUNNING, False, False),
    ):
        message = "a reason" if state == FAILED else ""
        run = run_that_is(stored, f"run {state}", message=message, best_epoch=2)
        if has_process:
            alive(run)
        if stop:
            (run.folder / "stop").touch()
        page = open_page(TRAIN, show="Watch", run=run.name)
        text = texts(page)
        assert f"{state}]" in text and STATES[state].advice in text, state
        assert ("A reason" in text) == (state == FAILED)
        resumable = state in (STOPPED, FAILED, INTERRUPTED)
        assert ("Resume" in buttons(page)) == resumable, state
        assert ("Stop and save" in buttons(page)) == (state in (STARTING, RUNNING, STOPPING)), state
        assert ("Cancel" in buttons(page)) == (state == QUEUED)
    run = run_that_is(RUNNING, "silent", heartbeat=long_ago)
    alive(run)
    assert STATES[STALLED].advice in texts(open_page(TRAIN, show="Watch", run="silent"))


def test_a_run_whose_last_epoch_is_its_best_is_said_to_improve_still(open_page):
    run_that_is(FINISHED, "young", epochs=3, best_epoch=3)
    assert "still getting better" in texts(open_page(TRAIN, show="Watch", run="young"))


def test_metrics_of_a_run(open_page, alive):
    alive(run_that_is(RUNNING))
    values = metrics(open_page(TRAIN, show="Watch", run="a run"))
    assert values["Epoch"] == "3 of 40"
    assert values["Training, bits"] == "4.00"
    assert values["Validation, bits"] == "4.50"
    assert values["Predictions"] == "1,000 / s"
    assert values["Time left"] == "60 s"


@pytest.mark.parametrize("curves", VIEWS)
def test_every_view_of_the_curves(open_page, curves: str):
    run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.segmented_control(key="curves").set_value(curves).run()
    assert not page.exception


def test_loss_in_nats_by_epoch_on_a_log_scale(open_page):
    run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.segmented_control(key="unit").set_value("Nats")
    page.segmented_control(key="axis").set_value("Epochs")
    page.slider(key="smoothing").set_value(0.0)
    page.toggle(key="log-loss").set_value(True).run()
    assert not page.exception


def test_the_first_the_best_and_the_latest_samples_are_offered(open_page):
    run = run_that_is(STOPPED, epochs=12, best_epoch=5)
    (run.folder / "samples").mkdir()
    for epoch in range(1, 13):
        data = midi_bytes(tiny_pieces(1, 8)[0])
        (run.folder / f"samples/epoch-{epoch:04}.mid").write_bytes(data)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.segmented_control(key="curves").set_value("Samples").run()
    assert page.pills[0].options == ["1", "5, the best", "9", "10", "11", "12"]
    assert page.pills[0].value == [5]  # what the model writes at its best
    page.toggle(key="all-samples-a run").set_value(True).run()
    assert len(page.pills[0].options) == 12
    page.pills[0].set_value([1, 7]).run()
    page.toggle(key="all-samples-a run").set_value(False).run()
    assert "7" in page.pills[0].options and page.pills[0].value == [1, 7]
    assert "After epoch 7" in texts(page)


def test_a_run_that_no_longer_improves_says_so(open_page):
    run_that_is(STOPPED, epochs=8, best_epoch=3, best_valid_loss=4.1)
    note = live_data(open_page(TRAIN, show="Watch", run="a run"))["note"]
    assert "no better since epoch 3, which is what composing uses" in note


def test_a_run_without_a_first_point_yet(open_page, alive):
    alive(run_that_is(STARTING, epochs=0, loss=None, valid_loss=None, best_valid_loss=None))
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "The first point of the curve" in texts(page)
    assert metrics(page)["Validation, bits"] == "—"


@pytest.mark.parametrize("damage", ["run.json", "status.json", "metrics.jsonl"])
def test_a_damaged_run_breaks_no_page(open_page, damage: str):
    run = run_that_is(STOPPED)
    (run.folder / damage).write_bytes(b'{"kind": \xff')
    page = open_page(TRAIN, show="Watch", run="a run")
    assert not page.exception
    assert not open_page().exception


def test_a_run_that_never_began_has_no_curve(open_page):
    run_that_is(STOPPED, epochs=0, message="cancelled while it waited")
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "there is no curve" in texts(page)
    assert "compose from it" not in texts(page).lower()


def test_baselines_and_evaluation_are_shown(open_page):
    run = run_that_is(FINISHED)
    level = {"bits_per_note": {"valid": 3.5, "test": 3.6}, "bits_per_step": {"valid": 3.5}}
    (run.folder / "baselines.json").write_text(json.dumps({"n-gram": level}))
    evaluation = {"valid": {"bits_per_note": 2.7, "accuracy": {"pitch": 0.6}}, "test": {}}
    (run.folder / "evaluation.json").write_text(json.dumps(evaluation))
    page = open_page(TRAIN, show="Watch", run="a run")
    assert page.toggle(key="references").value
    page.segmented_control(key="curves").set_value("Evaluation").run()
    table = page.dataframe[0].value
    assert table["valid"].to_dict() == {"n-gram": 3.5, "this model": 2.7}


def test_an_evaluation_of_a_sample_says_how_much_it_measured(open_page):
    run = run_that_is(FINISHED)
    sides = {
        "valid": {"bits_per_note": 2.7, "notes": 1200, "total_notes": 5000},
        "test": {"bits_per_note": 2.7, "notes": 900, "total_notes": 900},
    }
    (run.folder / "evaluation.json").write_text(json.dumps(sides))
    page = open_page(TRAIN, show="Watch", run="a run")
    page.segmented_control(key="curves").set_value("Evaluation").run()
    assert "valid: 1,200 of 5,000 notes, a random sample" in texts(page)
    assert "test: " not in texts(page)


@pytest.mark.parametrize("name", ["evaluation.json", "baselines.json"])
def test_results_that_cannot_be_read_are_reported(open_page, name: str):
    run = run_that_is(FINISHED)
    (run.folder / "evaluation.json").write_text('{"valid": {}}')
    (run.folder / name).write_text('{"valid": 3}')
    page = open_page(TRAIN, show="Watch", run="a run")
    assert not page.exception
    page.segmented_control(key="curves").set_value("Evaluation").run()
    assert page.warning[0].value == f"{name} of this run cannot be read."


def test_compare_shows_results_and_differences(open_page):
    run_that_is(STOPPED, "one")
    run_that_is(FINISHED, "two", epochs=5)
    page = open_page(TRAIN, show="Compare")
    page.multiselect(key="compare").set_value(["one", "two"]).run()
    results = page.dataframe[0].value
    assert list(results["run"]) == ["one", "two"]
    assert list(results["epochs trained"]) == [3, 5]
    assert list(results["best validation"]) == [4.5, 4.5]
    page.segmented_control(key="compare-unit").set_value("Nats").run()
    nats = page.dataframe[0].value["best validation"]
    assert list(nats) == pytest.approx([4.5 * math.log(2)] * 2)
    assert "Their settings are the same." in texts(page)
    launch.change_settings(find_run("two"), epochs=50, batch_size=8)
    page.run()
    differ = page.dataframe[1].value
    assert differ.loc["training: epochs"].to_dict() == {"one": "40", "two": "50"}
    assert differ.loc["training: batch size"].to_dict() == {"one": "32", "two": "8"}
