from __future__ import annotations

from pathlib import Path

import pytest

from musicgen.corpus.user.user_collections import import_source
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.status import STOPPED
from musicgen.training.settings import RunSettings
from tests.helpers.example_runs import run_that_is
from tests.helpers.page_text import TRAIN, texts
from tests.helpers.tiny_music import write_folder


def test_an_empty_home_says_what_to_do(open_page, home: Path):
    text = texts(open_page())
    assert "None yet: they will be kept on the Compose page." in text
    assert str(home) in text


def test_collections_and_runs_are_listed(open_page, home: Path, tmp_path: Path):
    import_source(write_folder(tmp_path / "my tunes", count=3))
    create_run(RunSettings("first run", "my tunes"))
    text = texts(open_page())
    assert all(pieces in text for pieces in ("409 pieces", "1,059 pieces", "62 pieces"))
    assert "3 files" in text
    assert "queued" in text


@pytest.mark.parametrize(
    "settings", ["", "[]", "{}", '{"name": 3}', '{"model": {"kind": "none"}}', "[" * 10**5]
)
def test_a_run_that_does_not_fit_is_one_row_and_harms_no_other(open_page, settings: str):
    run_that_is(STOPPED, "good")
    damaged = run_that_is(STOPPED, "damaged")
    (damaged.folder / "run.json").write_text(settings)
    text = texts(open_page())
    assert text.count("cannot be read") == 1 and "stopped · 3 epochs" in text
    for show in ("Watch", "Compare", "New"):
        assert not open_page(TRAIN, show=show, run="damaged").exception
    page = open_page(TRAIN, show="Watch", run="damaged")
    assert "cannot be read" in page.error[0].value
    page.button(key="delete-damaged").click().run()
    assert not damaged.folder.exists()
