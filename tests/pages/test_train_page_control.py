"""Actions on a run on the Train page."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.corpus.user.user_collections import import_source
from musicgen.files import write_json
from musicgen.training.failures import DIVERGED, OUT_OF_MEMORY, LossNotANumber
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.archive import write_archive
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FAILED, RUNNING, STOPPED
from musicgen.training.worker import launch
from musicgen.ui.train.actions import share
from tests.helpers.example_runs import run_that_is
from tests.helpers.locations import ROOT
from tests.helpers.page_text import TRAIN, buttons, texts
from tests.helpers.tiny_music import write_folder
from tests.helpers.tiny_runs import write_run


def test_stop_writes_the_stop_file(open_page, alive):
    run = run_that_is(RUNNING)
    alive(run)
    page = open_page(TRAIN, show="Watch", run="a run")
    next(button for button in page.button if button.label == "Stop and save").click().run()
    assert (run.folder / "stop").exists()
    assert "stopping]" in texts(page)


def open_fine_tuning(open_page, run: Run):
    """Open the Train page with the popover for fine-tuning open."""
    page = open_page(TRAIN, show="Watch", run=run.name)
    page.session_state[f"tuning-{run.name}"] = True
    page.run()
    assert not page.exception
    return page


def test_fine_tuning_shows_a_forecast(open_page, runs, tmp_path: Path, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run = Run(write_run(runs))
    status = {"state": "finished", "epoch": 2, "steps_per_second": 1000.0}
    (run.folder / "status.json").write_text(json.dumps(status))
    earlier = ROOT / "benchmarks" / "splits" / "before_melodies" / "bach-chorales.json"
    shutil.copy(earlier, run.folder / "split.json")
    import_source(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, show="Watch", run=run.name)
    assert "Start" not in buttons(page)  # nothing is worked out before it is opened
    page = open_fine_tuning(open_page, run)
    text = texts(page).replace("\\", "")
    assert "339 pieces, " in text  # as in the split of the run whose weights it begins with
    assert " predictions an epoch; about " in text and "at the speed of tiny" in text
    assert " GB of memory" in text or " MB of memory" in text
    assert "too few to train on" not in text
    page.selectbox(key="tune-source").set_value("tunes").run()
    text = texts(page).replace("\\", "")
    # 10 pieces of 45 notes train; 600 s at 1,000 a second pass over them so often.
    predictions = int(text.split(" predictions an epoch")[0].split()[-1].replace(",", ""))
    assert predictions in (9 * 45, 10 * 45)
    assert f"about {600_000 / predictions:,.1f} epochs" in text
    assert "too few to train on" in text
    page.button(key="tune-tiny").click().run()
    assert not page.exception and not page.error
    assert find_run("tiny tuned").settings.start_from == "tiny"
    assert [run.name for run in spawned] == ["tiny tuned"]


def test_fine_tuning_refuses_an_invalid_name(open_page, runs):
    page = open_fine_tuning(open_page, Run(write_run(runs)))
    page.text_input(key="tune-name").set_value("../up").run()
    assert "cannot be a name" in page.error[0].value
    assert "Start" not in buttons(page)


def test_resume_in_smaller_batches(open_page, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run = run_that_is(FAILED, failure=OUT_OF_MEMORY)
    page = open_page(TRAIN, show="Watch", run="a run")
    assert (
        page.number_input(key="resume-batch-a run").value == 16
    )  # half of the batch size that failed
    next(button for button in page.button if button.label == "Resume").click().run()
    assert not page.exception and not page.error
    assert spawned == [run]
    assert run.settings.train.batch_size == 16


def test_resume_after_divergence_has_a_lower_learning_rate(open_page, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run = run_that_is(FAILED, message=str(LossNotANumber(3e-3)), failure=DIVERGED)
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "such as 0.001" in texts(page).replace("\\", "")
    assert page.number_input(key="resume-rate-a run").value == 0.001
    next(button for button in page.button if button.label == "Resume").click().run()
    assert not page.exception and not page.error
    assert spawned == [run]
    assert run.settings.train.learning_rate == 0.001
    assert run.settings.train.batch_size == 32


def test_a_run_that_never_began_is_not_continued(open_page):
    run_that_is(STOPPED, epochs=0, message="cancelled while it waited")
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "Resume" in buttons(page) and "Continue" not in buttons(page)


def test_resume_keeps_the_batch_size_unless_it_is_changed(open_page, monkeypatch):
    monkeypatch.setattr(launch, "_spawn", lambda run: None)
    run = run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    assert page.number_input(key="resume-batch-a run").value == 32
    page.number_input(key="resume-batch-a run").set_value(8)
    next(button for button in page.button if button.label == "Resume").click().run()
    assert run.settings.train.batch_size == 8


def test_a_moved_collection_is_asked_for(open_page, tmp_path: Path):
    run = run_that_is(STOPPED)
    settings = replace(run.settings, source=str(tmp_path / "tunes"))
    write_json(run.folder / "run.json", settings.to_json())
    tunes = write_folder(tmp_path / "moved")
    names = [f"melody {number:02}" for number in range(12)]
    write_json(run.folder / "split.json", {"train": names})
    page = open_page(TRAIN, show="Watch", run="a run")
    assert "which is no longer at" in texts(page)
    assert "Resume" not in buttons(page)
    for place, message in (
        ("nowhere", "is no collection"),
        ("ryans-mammoth", "another collection"),
    ):
        page.text_input(key="moved-to-a run").set_value(place)
        next(button for button in page.button if button.label == "Use it").click().run()
        assert message in page.error[0].value.replace("\\", "")
    page.text_input(key="moved-to-a run").set_value(str(tunes))
    next(button for button in page.button if button.label == "Use it").click().run()
    assert not page.error and "Resume" in buttons(page)
    assert run.settings.source == str(tunes)


def test_a_batch_size_out_of_bounds_starts_nothing(open_page, monkeypatch):
    spawned = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.number_input(key="resume-batch-a run").set_value(5000).run()
    assert ":red[from 1 to 4,096]" in texts(page)
    next(button for button in page.button if button.label == "Resume").click().run()
    assert "batch size 5000 is not between 1 and 4096" in page.error[0].value.replace("\\", "")
    assert spawned == []


def test_resume_comes_first_and_shows_the_batch_size(open_page):
    run_that_is(FAILED, failure=OUT_OF_MEMORY)
    page = open_page(TRAIN, show="Watch", run="a run")
    first = next(button.label for button in page.button if button.label != "Import a run")
    assert first == "Resume"
    popovers = [popover.proto.popover.label for popover in page.get("popover")]
    assert "Batch size 16" in popovers
    page.number_input(key="resume-batch-a run").set_value(8).run()
    assert "Batch size 8" in [popover.proto.popover.label for popover in page.get("popover")]


def test_rename_and_delete(open_page):
    run_that_is(STOPPED)
    page = open_page(TRAIN, show="Watch", run="a run")
    page.text_input(key="new-name-a run").set_value("a/b").run()
    page.button(key="rename-a run").click().run()
    assert "cannot be a name" in page.error[0].value
    page.text_input(key="new-name-a run").set_value("better name").run()
    page.button(key="rename-a run").click().run()
    assert page.selectbox(key="run").value == "better name"
    assert find_run("better name").settings.name == "better name"
    page.button(key="delete-better name").click().run()
    assert not page.exception
    assert "There is no run yet" in texts(page) or page.selectbox(key="run").value != "better name"


@pytest.mark.parametrize("action", ["delete", "rename"])
def test_an_action_reaches_no_run_but_the_one_that_it_names(open_page, action):
    gone, other = run_that_is(STOPPED, "gone"), run_that_is(STOPPED, "other")
    page = open_page(TRAIN, show="Watch", run="gone")
    button = page.button(key=f"{action}-gone")
    manage.delete(gone)  # by another tab, before the click arrives here
    button.click().run()
    assert not page.exception
    assert other.folder.is_dir() and page.selectbox(key="run").value != "gone"


def test_the_exported_keras_file_is_offered_until_there_is_another_checkpoint(
    open_page, runs, monkeypatch
):
    monkeypatch.setattr(share, "keras_file", lambda run, progress: b"weights")
    run = Run(write_run(runs))
    page = open_page(TRAIN, show="Watch", run=run.name)
    page.button(key=f"export-keras-{run.name}").click().run()
    assert "Export to Keras" not in buttons(page)
    os.utime(run.checkpoint() / "config.json", (1e9, 1e9))  # as if written by more training
    page.run()
    assert "Export to Keras" in buttons(page)


def test_a_run_is_imported_from_its_zip(open_page):
    bundled = [run for run in list_runs() if run.bundled]
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
    assert "finished] Compose from it, or fine-tune a copy." in texts(page)
    page.file_uploader[0].set_value([("run.zip", b"no zip", "application/zip")]).run()
    assert "not a zip file" in page.error[0].value


@pytest.mark.slow
def test_a_bundled_lstm_is_exported_to_keras(open_page):
    bundled = [run for run in list_runs() if run.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    page = open_page(TRAIN, show="Watch", run=bundled[0].name)
    page.button(key=f"export-keras-{bundled[0].name}").click().run(timeout=200)
    assert not page.exception and not page.error
    _, name, data = page.session_state["_keras_file"]
    assert name == f"{bundled[0].name}.keras"
    files = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"config.json", "model.weights.h5"} <= set(files)
    assert "Export to Keras" not in buttons(page)
