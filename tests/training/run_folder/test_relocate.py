"""A collection that was moved: the same pieces are accepted, others are not."""

from pathlib import Path

import pytest

from musicgen.corpus.errors import UnknownSource
from musicgen.corpus.load import load_collection
from musicgen.errors import Cancelled
from musicgen.files import write_json
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import SPLIT
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.relocate import (
    DifferentPieces,
    is_missing,
    relocate_collection,
)
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from tests.helpers.tiny_music import write_folder


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    """A run trained on a folder that was moved."""
    folder = write_folder(tmp_path / "tunes")
    run = create_run(RunSettings("mine", str(folder)))
    data = prepare(load_collection(str(folder)), run.settings)
    write_json(run.folder / SPLIT, data.names())
    folder.rename(tmp_path / "moved")
    return run


def test_the_same_pieces_in_another_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_missing(run.settings.source)
    monkeypatch.chdir(tmp_path)
    relocate_collection(run, "moved")
    assert run.settings.source == str(tmp_path / "moved")  # absolute
    assert not is_missing(run.settings.source)


def test_other_pieces_are_rejected(run: Run, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "other")
    (other / "melody 03.mid").unlink()
    (other / "melody 04.mid").rename(other / "another.mid")
    before = run.settings
    with pytest.raises(
        DifferentPieces, match="of the 12 pieces of this run 2 are not there, and 1 "
    ):
        relocate_collection(run, str(other))
    with pytest.raises(UnknownSource):
        relocate_collection(run, str(tmp_path / "nowhere"))
    assert run.settings == before


def test_reading_can_be_cancelled(run: Run, tmp_path: Path) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled

    before = run.settings
    with pytest.raises(Cancelled):
        relocate_collection(run, str(tmp_path / "moved"), cancel)
    assert run.settings == before


def test_a_run_that_never_began_accepts_any_collection(run: Run, tmp_path: Path) -> None:
    (run.folder / SPLIT).unlink()
    relocate_collection(run, "ryans-mammoth")
    assert run.settings.source == "ryans-mammoth"
