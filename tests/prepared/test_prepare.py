"""A prepared folder: its content, its split, and the same bytes however it was made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from musicgen.corpus.errors import PreparedSource
from musicgen.corpus.load import load_collection
from musicgen.corpus.related.groups import related_pieces
from musicgen.corpus.split import SPLITS, Shares, split_pieces
from musicgen.encoding.registry import encode_for_training, fit_encoding
from musicgen.errors import Cancelled
from musicgen.prepared.data_set import open_prepared
from musicgen.prepared.plan import UnfitFolder
from musicgen.prepared.prepare import Share, prepare
from musicgen.prepared.shard import DamagedSet
from musicgen.prepared.unit import stored_score
from musicgen.score import Score
from tests.helpers.locations import ROOT
from tests.prepared.folders import contents, write_songs


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_songs(tmp_path_factory.mktemp("songs") / "songs")


@pytest.fixture(scope="module")
def prepared(songs: Path) -> Path:
    folder = songs.parent / "prepared"
    assert prepare(str(songs), folder)
    return folder


@cache
def by_hash(source: str) -> tuple[list[Score], list[str]]:
    """The scores of a collection in the order of a prepared data set, and their sides."""
    pieces = load_collection(source).pieces
    order = sorted(pieces, key=lambda p: (stored_score(p, "auto").digest, p.file.file))
    scores = [piece.score for piece in order]
    return scores, split_pieces(scores, related_pieces(scores))


@pytest.mark.parametrize(
    "encoding", ["notes", *(pytest.param(e, marks=pytest.mark.slow) for e in ("events", "parts"))]
)
@pytest.mark.parametrize(
    "source", ["bach-chorales", pytest.param("ryans-mammoth", marks=pytest.mark.slow)]
)
def test_pieces_are_those_of_the_collection(source: str, encoding: str, tmp_path: Path) -> None:
    prepare(source, tmp_path / "folder", encoding)
    data_set, (scores, sides) = open_prepared(tmp_path / "folder"), by_hash(source)
    fitted = fit_encoding(encoding, scores)
    assert data_set.encoding.to_json() == fitted.to_json()
    for side in SPLITS:
        expected = [s for s, at in zip(scores, sides, strict=True) if at == side]
        stored = data_set.pieces(side, Shares())
        assert stored.lengths.tolist() == [len(fitted.encode(score)) for score in expected]
        for number in range(0, len(expected), 7):
            steps, again = encode_for_training(fitted, expected[number]), stored[number]
            assert np.array_equal(steps.fields, again.fields)
            features, stored_features = fitted.features(steps), fitted.features(again)
            assert all(np.array_equal(features[name], stored_features[name]) for name in features)
            assert fitted.decode(steps) == fitted.decode(again)
            assert steps.name == again.name


def test_counts_and_refusals(prepared: Path) -> None:
    data_set = open_prepared(prepared)
    assert data_set.index.pieces == 40
    assert data_set.index.with_duplicates == 16
    assert data_set.index.groups == 32
    assert [file.file for file in data_set.refused] == ["broken.mid"]
    assert data_set.statistics.overview.notes == 40 * 40
    assert data_set.statistics.histogram("pitches").total == 40 * 40


def test_copies_are_on_one_side(prepared: Path) -> None:
    data_set = open_prepared(prepared)
    names = {
        side: {steps.name for steps in data_set.pieces(side, Shares(0.3, 0.2))} for side in SPLITS
    }
    for side in SPLITS:
        for name in names[side]:
            if int(name) % 5 == 4:
                assert f"{int(name) - 1:03}" in names[side]


def test_a_collection_of_scores_is_not_loaded_from_it(prepared: Path) -> None:
    with pytest.raises(PreparedSource, match="'prepared' is a prepared data set"):
        load_collection(str(prepared))


def test_the_bytes_do_not_depend_on_stops(songs: Path, prepared: Path, tmp_path: Path) -> None:
    calls = 0

    def stop(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        raise Cancelled

    for _ in range(200):
        try:
            assert prepare(str(songs), tmp_path / "again", progress=stop)
            break
        except Cancelled:
            pass
    assert calls > 4
    assert contents(tmp_path / "again") == contents(prepared)


def test_the_bytes_do_not_depend_on_machines(songs: Path, prepared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    assert not prepare(str(songs), folder, share=Share(2, 3))
    with pytest.raises(DamagedSet):
        open_prepared(folder)
    assert not prepare(str(songs), folder, share=Share(1, 3))
    assert prepare(str(songs), folder, share=Share(3, 3))
    assert contents(folder) == contents(prepared)


def test_the_bytes_do_not_depend_on_killed_processes(
    songs: Path, prepared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "musicgen", "prepare", str(songs), str(folder)]
    process = subprocess.Popen([*command, "--processes", "1"], cwd=ROOT)
    while not (folder / "work" / "units").exists() and process.poll() is None:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    subprocess.run([*command, "--processes", "3"], cwd=ROOT, check=True, capture_output=True)
    assert contents(folder) == contents(prepared)


def test_a_folder_is_of_one_source(songs: Path, prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(UnfitFolder, match="from other files"):
        prepare("bach-chorales", prepared)
    with pytest.raises(UnfitFolder, match="another encoding"):
        prepare(str(songs), prepared, "notes")
    (tmp_path / "letter.txt").write_text("not music")
    with pytest.raises(UnfitFolder, match="holds other files"):
        prepare(str(songs), tmp_path)
