"""New training on the Train page: the form, its forecast, and a training that it starts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from musicgen.corpus.user.user_collections import import_source
from musicgen.models.settings import LstmSettings
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import STOPPED
from musicgen.training.worker import launch
from tests.helpers.example_runs import run_that_is
from tests.helpers.page_text import TRAIN, buttons, metrics, texts
from tests.helpers.tiny_music import write_folder


def test_presets_have_a_forecast(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Classic")
    values = metrics(page)
    vocabulary = 50
    assert values["Parameters"] == f"{5_474_406 - (358 - vocabulary) * 257:,}"
    assert "a larger one will memorise" in texts(page)
    page.segmented_control(key="preset").set_value("Quick").run()
    assert metrics(page)["Takes at most"] == "5 min"
    assert page.text_input(key="name-bach-chorales-Quick").value == "bach-chorales quick"


def test_the_form_keeps_its_values_while_another_view_is_open(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    page.number_input(key="Quick-lstm-model-width").set_value(99)
    page.text_input(key="name-bach-chorales-Quick").set_value("mine").run()
    page.segmented_control(key="show").set_value("Watch").run()
    page.segmented_control(key="show").set_value("New").run()
    assert page.number_input(key="Quick-lstm-model-width").value == 99
    assert page.text_input(key="name-bach-chorales-Quick").value == "mine"


def test_an_address_has_only_the_parameters_of_its_view(open_page):
    run_that_is("done")
    page = open_page(TRAIN, show="New", collection="ryans-mammoth", preset="quick")
    page.segmented_control(key="show").set_value("Watch").run()
    assert set(page.query_params) == {"show", "run"}
    page.segmented_control(key="show").set_value("New").run()
    assert page.query_params["collection"] == "ryans-mammoth"  # still the chosen one
    assert "run" not in page.query_params


def test_the_time_is_estimated_from_another_models_speed(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Classic")
    assert metrics(page)["Takes at most"] == "—"
    run_that_is(STOPPED, "before", parameters=2_000_000)
    page.run()
    assert metrics(page)["Takes at most"] != "—"


def test_memory_and_device_are_forecast(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    values = metrics(page)
    assert values["Parameters"] == "2,775,751"
    small = values["Memory"]
    assert small.endswith(" GB")
    assert "Device: CPU" in texts(page).replace("\\", "")
    assert page.number_input(key="Quick-lstm-train-devices").value == 0
    page.number_input(key="Quick-lstm-train-batch_size").set_value(512).run()
    assert float(metrics(page)["Memory"].split()[0]) > 2 * float(small.split()[0])


def test_a_training_that_does_not_fit_into_memory_warns(open_page):
    page = open_page(TRAIN, collection="bach-chorales", preset="Quick")
    assert "try a smaller batch size" not in texts(page)
    page.number_input(key="Quick-lstm-train-batch_size").set_value(4096)
    page.number_input(key="Quick-lstm-train-length").set_value(8192).run()
    assert "try a smaller batch size" in texts(page)
    page.number_input(key="Quick-lstm-train-devices").set_value(65).run()
    assert "devices 65 is not between 0 and 64" in texts(page).replace("\\", "")


def test_invalid_names_and_settings_cannot_start(open_page):
    page = open_page(TRAIN, collection="bach-chorales")
    page.text_input(key="name-bach-chorales-Quick").set_value("../up").run()
    assert "cannot be a name" in page.error[0].value
    assert "Start" not in buttons(page)
    page.text_input(key="name-bach-chorales-Quick").set_value("fine").run()
    page.number_input(key="Quick-lstm-train-batch_size").set_value(-5).run()
    text = texts(page).replace("\\", "")
    assert "It cannot start like this: batch size -5 is not between 1 and 4096." in text
    assert ":red[from 1 to 4,096]" in text
    assert "Start" not in buttons(page)


def test_a_name_that_is_taken_is_an_error(open_page, monkeypatch):
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


def test_a_link_selects_the_collection(open_page, tmp_path: Path):
    import_source(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, collection="tunes")
    assert page.selectbox(key="collection").value == "tunes"
    assert "too few to train on" in texts(page)


@pytest.mark.slow
def test_start_watch_stop_and_continue(open_page, tmp_path: Path, monkeypatch):
    """A real process trains; that a continued one goes on is tested with the worker."""
    import_source(write_folder(tmp_path / "tunes"))
    page = open_page(TRAIN, collection="tunes", preset="Quick")
    page.number_input(key="Quick-lstm-model-width").set_value(8)
    page.number_input(key="Quick-lstm-train-length").set_value(16)
    page.number_input(key="Quick-lstm-train-batch_size").set_value(2)
    page.selectbox(key="Quick-lstm-encoding-events").set_value("notes")
    page.run()
    page.button(key="start").click().run()
    assert not page.exception
    run = find_run("tunes quick")
    assert run.settings.model == LstmSettings(8, 2, 0.1)
    assert run.settings.encoding == "notes"
    try:
        _wait_for(lambda: run.stored_status().epoch >= 1)
        page.run()
        assert "running]" in texts(page)
    finally:
        launch.stop(run)
    _wait_for(lambda: run.status().state == STOPPED)
    page.run()
    assert {"Resume", "Continue"} <= buttons(page)
    spawned: list[Run] = []
    monkeypatch.setattr(launch, "_spawn", spawned.append)
    page.number_input(key="more-epochs").set_value(1)
    page.button(key="continue-tunes quick").click().run()
    assert not page.exception
    assert spawned == [run]
    assert run.settings.train.epochs == run.stored_status().epoch + 1


def _wait_for(condition, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
