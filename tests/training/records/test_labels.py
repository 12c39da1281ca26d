"""Notes and tags of runs."""

from __future__ import annotations

import pytest

from musicgen.errors import InvalidSetting
from musicgen.training.records.labels import LABELS, Labels, read_labels, write_labels
from musicgen.training.run_folder.registry import create_run, find_run
from musicgen.training.settings import RunSettings


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))


def test_labels_come_back() -> None:
    run = create_run(RunSettings("a run", "tunes"))
    assert read_labels(run) == Labels()
    write_labels(run, Labels("more dropout", ("course", "week 3")))
    assert read_labels(run) == Labels("more dropout", ("course", "week 3"))


def test_damaged_or_too_long_labels_are_none() -> None:
    run = create_run(RunSettings("a run", "tunes"))
    for text in ("[]", '{"note": 3}', '{"tags": ["' + "a" * 99 + '"]}'):
        (run.folder / LABELS).write_text(text)
        assert read_labels(run) == Labels()
    with pytest.raises(InvalidSetting):
        Labels(tags=("a",) * 13)


def test_runs_that_ship_have_none() -> None:
    with pytest.raises(InvalidSetting):
        write_labels(find_run("chorales"), Labels("mine"))
