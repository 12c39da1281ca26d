from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_runs import run_that_is
from filelock import FileLock
from pages_words import numbers, texts
from tiny_music import write_folder
from tiny_runs import write_run

from musicgen.corpus.shelf import import_folder
from musicgen.models.settings import LstmSettings
from musicgen.training import launch
from musicgen.training.archive import write_archive
from musicgen.training.run import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    QUEUED,
    RUNNING,
    STALLED,
    STARTING,
    STOPPED,
    STOPPING,
    Run,
    find_run,
    list_runs,
)
from musicgen.ui.runs import STATES
from musicgen.ui.train_watch import CURVES

TRAIN = "2_Train.py"


@pytest.fixture()
def alive() -> Iterator[callable]:
    """Holds a run's lock as its process would."""
    locks = []

    def hold(run: Run) -> None:
        locks.append(FileLock(run.folder / "lock"))
        locks[-1].acquire()

    yield hold
    for lock in locks:
        lock.release()


def buttons(page) -> set[str]:
    return {each.label for each in page.button}


def test_no_run_says_what_to_do(open_page, monkeypatch, tmp_path: Path):
    monkeypatch.setattr("musicgen.training.run.PRETRAINED", tmp_path / "none")
    assert "There is no run yet: start one under New." in texts(open_page(TRAIN, show="Watch"))
    assert "With two runs or more" in texts(open_page(TRAIN, show="Compare"))


def test_every_state_has_its_words_and_next_step(open_page, alive):
    silent = time.time() - 1000
    for state, written, held, stop in (
        (QUEUED, QUEUED, True, False),
        (STARTING, STARTING, True, False),
        (RUNNING, RUNNING, True, False),
        (STOPPING, RUNNING, True, True),
        (STOPPED, STOPPED, False, False),
        (FINISHED, FINISHED, False, False),
        (FAILED, FAILED, False, False),
        (INTERRUPTED, RUNNING, False, False),
    ):
        run = run_that_is(written, f"run {state}", message="a reason" if state == FAILED else "")
        if held:
            alive(run)
        if stop:
            (run.folder / "stop").touch()
        page = open_page(TRAIN, show="Watch", run=run.name)
        said = texts(page)
        assert f"{state}]" in said and STATES[state].words in said, state
        assert ("A reason" in said) == (state == FAILED)
        goes_on = state in (STOPPED, FAILED, INTERRUPTED)
        assert ("Resume" in buttons(page)) == goes_on, state
        assert ("Stop and save" in buttons(page)) == (state in (STARTING, RUNNING, STOPPING)), state
        assert ("Cancel" in buttons(page)) == (state == QUEUED)
    run = run_that_is(RUNNING, "silent", heartbeat=silent)
    alive(run)
    assert STATES[STALLED].words in texts(open_page(TRAIN, show="Watch", run="silent"))


def test_numbers_of_a_run(open_page, alive):
    alive(run_that_is(RUNNING))
    shown = numbers(open_page(TRAIN, show="Watch", run="a run"))
    assert shown["Epoch"] == "3 of 40"
    assert shown["Training, bits"] == "4.000"
    assert shown["Validation, bits"] == "4.500"
    assert shown["Predictions"] == "1,000 / s"
    assert shown["Time left"] == "60 s"


@pytest.mark.parametrize("curves", CURVES)
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


def test_a_run_without_a_first_point_yet(open_page, alive):
    alive(run_that_is(STARTING, epochs=0, loss=None, valid_loss=None, best_valid_loss=None))
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "The first point of the curve" in texts(page)
    assert numbers(page)["Validation, bits"] == "—"


@pytest.mark.parametrize("damage", ["run.json", "status.json", "metrics.jsonl"])
def test_a_damaged_run_harms_nobody(open_page, damage: str):
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


def test_stop_asks_the_process(open_page, alive):
    run = run_that_is(RUNNING)
    alive(run)
    page = open_page(TRAIN, show="Watch", run="a run")
    next(each for each in page.button if each.label == "Stop and save").click().run()
    assert (run.folder / "stop").exists()
    assert "stopping]" in texts(page)


def open_tuning(open_page, run: Run):
    """The popover for fine-tuning, open."""
    page = open_page(TRAIN, show="Watch", run=run.name)
    page.session_state[f"tuning-{run.name}"] = True
    page.run()
    assert not page.exception
    return page


def test_fine_tuning_says_what_to_expect(open_page, runs, tmp_path: Path, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run = Run(write_run(runs))
    status = {"state": "finished", "epoch": 2, "steps_per_second": 1000.0}
    (run.folder / "status.json").write_text(json.dumps(status))
    import_folder(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, show="Watch", run=run.name)
    assert "Start" not in buttons(page)  # nothing is worked out before it is opened
    page = open_tuning(open_page, run)
    said = texts(page).replace("\\", "")
    assert "339 pieces, " in said
    assert " predictions an epoch; about " in said and "at the speed of tiny" in said
    assert " GB of memory" in said or " MB of memory" in said
    assert "too few to train on" not in said
    page.selectbox(key="tune-source").set_value("tunes").run()
    said = texts(page).replace("\\", "")
    # 10 pieces of 45 notes train; 600 s at 1,000 a second pass over them so often.
    predictions = int(said.split(" predictions an epoch")[0].split()[-1].replace(",", ""))
    assert predictions in (9 * 45, 10 * 45)
    assert f"about {600_000 / predictions:,.1f} epochs" in said
    assert "too few to train on" in said
    page.button(key="tune").click().run()
    assert not page.exception and not page.error
    assert find_run("tiny tuned").settings.start_from == "tiny"
    assert [each.name for each in spawned] == ["tiny tuned"]


def test_fine_tuning_refuses_a_name_that_is_none(open_page, runs):
    page = open_tuning(open_page, Run(write_run(runs)))
    page.text_input(key="tune-name").set_value("../up").run()
    assert "cannot be a name" in page.error[0].value
    assert "Start" not in buttons(page)


def test_resume_in_smaller_batches(open_page, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run = run_that_is(FAILED, message="out of memory: try a batch size of 16 in place of 32")
    page = open_page(TRAIN, show="Watch", run="a run")
    assert page.number_input(key="resume-batch-a run").value == 16  # as it is told to try
    next(each for each in page.button if each.label == "Resume").click().run()
    assert not page.exception and not page.error
    assert spawned == [run]
    assert run.settings.train.batch_size == 16


def test_resume_goes_on_as_it_was_or_as_one_says(open_page, monkeypatch):
    monkeypatch.setattr(launch, "_spawn", lambda run: None)
    run = run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    assert page.number_input(key="resume-batch-a run").value == 32
    page.number_input(key="resume-batch-a run").set_value(8)
    next(each for each in page.button if each.label == "Resume").click().run()
    assert run.settings.train.batch_size == 8


def test_rename_and_delete(open_page):
    run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.text_input(key="rename-a run").set_value("a/b").run()
    page.button(key="rename-run").click().run()
    assert "cannot be a name" in page.error[0].value
    page.text_input(key="rename-a run").set_value("better name").run()
    page.button(key="rename-run").click().run()
    assert page.selectbox(key="run").value == "better name"
    assert find_run("better name").settings.name == "better name"
    page.button(key="delete-run").click().run()
    assert not page.exception
    assert "There is no run yet" in texts(page) or page.selectbox(key="run").value != "better name"


def test_baselines_and_evaluation_are_shown_where_they_are(open_page):
    run = run_that_is(FINISHED)
    level = {"bits_per_note": {"valid": 3.5, "test": 3.6}, "bits_per_step": {"valid": 3.5}}
    (run.folder / "baselines.json").write_text(json.dumps({"n-gram": level, "odd": 3}))
    judged = {"valid": {"bits_per_note": 2.7, "accuracy": {"pitch": 0.6}}, "test": {}}
    (run.folder / "evaluation.json").write_text(json.dumps(judged))
    page = open_page(TRAIN, show="Watch", run="a run")
    assert page.toggle(key="references").value
    page.segmented_control(key="curves").set_value("Evaluation").run()
    table = page.dataframe[0].value
    assert table["valid"].to_dict() == {"n-gram": 3.5, "this model": 2.7}


def test_a_run_is_imported_from_its_zip(open_page):
    bundled = [each for each in list_runs() if each.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    file = io.BytesIO()
    write_archive(bundled[0], file)
    page = open_page(TRAIN, show="New")
    page.file_uploader[0].set_value([("run.zip", file.getvalue(), "application/zip")]).run()
    assert not page.exception
    assert page.segmented_control(key="show").value == "Watch"
    assert page.selectbox(key="run").value == f"{bundled[0].name} 2"
    assert "Resume" not in buttons(page)  # it came without its optimizer
    page.file_uploader[0].set_value([("run.zip", b"no zip", "application/zip")]).run()
    assert "not a zip file" in page.error[0].value


@pytest.mark.slow
def test_a_bundled_lstm_is_exported_to_keras(open_page):
    bundled = [each for each in list_runs() if each.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    page = open_page(TRAIN, show="Watch", run=bundled[0].name)
    page.button(key="export-keras").click().run(timeout=200)
    assert not page.exception and not page.error
    folder, name, data = page.session_state["_keras_file"]
    assert (folder, name) == (bundled[0].folder, f"{bundled[0].name}.keras")
    files = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"config.json", "model.weights.h5"} <= set(files)
    assert "Export to Keras" not in buttons(page)


def test_compare_shows_results_and_differences(open_page):
    run_that_is(STOPPED, "one")
    run_that_is(FINISHED, "two", epochs=5)
    page = open_page(TRAIN, show="Compare")
    page.multiselect(key="compare").set_value(["one", "two"]).run()
    results = page.dataframe[0].value
    assert list(results["run"]) == ["one", "two"]
    assert list(results["epochs"]) == [3, 5]
    assert "Their settings are the same." in texts(page)
    launch.extend(find_run("two"), epochs=50, batch_size=8)
    page.run()
    differ = page.dataframe[1].value
    assert differ.loc["train: epochs"].to_dict() == {"one": "40", "two": "50"}
    assert differ.loc["train: batch size"].to_dict() == {"one": "32", "two": "8"}


def test_presets_and_what_they_will_train(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Classic")
    shown = numbers(page)
    vocabulary = 50
    assert shown["Parameters"] == f"{5_474_406 - (358 - vocabulary) * 257:,}"
    assert "a larger one will memorise" in texts(page)
    page.segmented_control(key="preset").set_value("Quick").run()
    assert numbers(page)["Takes at most"] == "5 min"
    assert page.text_input(key="name-bach-chorales-Quick").value == "bach-chorales quick"


def test_memory_device_and_the_number_of_gpus_are_there_before_start(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    shown = numbers(page)
    assert shown["Parameters"] == "2,270,315"
    small = shown["Memory"]
    assert small.endswith(" GB")
    assert "Device: CPU" in texts(page).replace("\\", "")
    assert page.number_input(key="Quick-lstm-train-devices").value == 0
    page.number_input(key="Quick-lstm-train-batch_size").set_value(512).run()
    assert float(numbers(page)["Memory"].split()[0]) > 2 * float(small.split()[0])


def test_a_training_that_does_not_fit_is_warned_of(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    assert "try a smaller batch size" not in texts(page)
    page.number_input(key="Quick-lstm-train-batch_size").set_value(4096)
    page.number_input(key="Quick-lstm-train-length").set_value(8192).run()
    assert "try a smaller batch size" in texts(page)
    page.number_input(key="Quick-lstm-train-devices").set_value(65).run()
    assert "devices 65 is not between 0 and 64" in texts(page).replace("\\", "")


def test_bad_names_and_settings_are_answered_before_anything_starts(open_page):
    page = open_page(TRAIN, collection="bach-chorales")
    page.text_input(key="name-bach-chorales-Quick").set_value("../up").run()
    assert "cannot be a name" in page.error[0].value
    assert "Start" not in buttons(page)
    page.text_input(key="name-bach-chorales-Quick").set_value("fine").run()
    page.number_input(key="Quick-lstm-train-batch_size").set_value(0).run()
    assert "batch size 0 is not between 1 and 4096" in texts(page).replace("\\", "")


def test_a_name_that_is_taken_is_answered(open_page, monkeypatch):
    run_that_is(STOPPED, "fine")
    page = open_page(TRAIN, collection="bach-chorales")
    page.text_input(key="name-bach-chorales-Quick").set_value("fine").run()
    page.button(key="start").click().run()
    assert "there is a run 'fine' already" in page.error[0].value.replace("\\", "")


def test_a_collection_without_music_cannot_be_trained_on(open_page, home: Path):
    (home / "collections" / "empty").mkdir(parents=True)
    page = open_page(TRAIN, collection="empty")
    assert "no piece that could be read" in texts(page)
    assert "Start" not in buttons(page)


def test_the_carried_collection_is_chosen(open_page, tmp_path: Path):
    import_folder(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, collection="tunes")
    assert page.selectbox(key="collection").value == "tunes"
    assert "too few to train on" in texts(page)


@pytest.mark.slow
def test_start_stream_stop_and_continue(open_page, tmp_path: Path):
    import_folder(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, collection="tunes", preset="Quick")
    page.number_input(key="Quick-lstm-model-width").set_value(8)
    page.number_input(key="Quick-lstm-train-length").set_value(16)
    page.number_input(key="Quick-lstm-train-batch_size").set_value(2)
    page.run()
    page.button(key="start").click().run()
    assert not page.exception
    run = find_run("tunes quick")
    assert run.settings.model == LstmSettings(8, 2, 0.1)
    try:
        _wait_for(lambda: run.written_status().epoch >= 1)
        page.run()
        assert "running]" in texts(page)
    finally:
        launch.stop(run)
    _wait_for(lambda: run.status().state == STOPPED)
    page.run()
    assert {"Resume", "Continue"} <= buttons(page)
    before = run.written_status().epoch
    page.number_input(key="more-epochs").set_value(1)
    page.button(key="continue").click().run()
    assert not page.exception
    _wait_for(lambda: run.status().state == FINISHED)
    assert run.written_status().epoch == before + 1


def _wait_for(true, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
