"""Prepared data sets on the Data and Train pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicgen.corpus.prepared_folders import add_prepared_folder
from musicgen.prepared.prepare import prepare
from tests.helpers.page_text import DATA, TRAIN, metrics, texts


@pytest.fixture
def prepared(tmp_path: Path, open_page) -> str:
    """A prepared data set of the chorales, listed in the home folder of the page."""
    folder = tmp_path / "prepared chorales"
    prepare("bach-chorales", folder)
    add_prepared_folder(folder)
    return folder.name


def test_the_data_page_shows_the_sums(open_page, prepared: str) -> None:
    page = open_page(DATA, collection=prepared)
    assert not page.exception
    assert metrics(page)["Pieces"] == "409"
    assert metrics(page)["Notes"] == "96,840"
    assert metrics(page)["Refused files"] == "0"
    assert "have a twin under another name" in texts(page)
    for view in ("Rhythm", "Playing", "Refused"):
        page.segmented_control(key="prepared-view").set_value(view).run()
        assert not page.exception
    assert "Every file could be read" in texts(page)


def test_the_train_page_says_what_an_epoch_has(open_page, prepared: str) -> None:
    page = open_page(TRAIN, collection=prepared)
    assert not page.exception
    assert "training pieces of a prepared data set in the encoding events" in texts(page)
    assert "start" in {button.key for button in page.button}
