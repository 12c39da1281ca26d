"""Prepared folders that are damaged: they are refused by name, or are as they were."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musicgen.corpus.split import SPLITS, Shares
from musicgen.errors import MusicgenError
from musicgen.prepared.data_set import open_prepared
from musicgen.prepared.prepare import prepare
from musicgen.prepared.shard import DamagedSet
from tests.prepared.folders import contents, write_songs


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_songs(tmp_path_factory.mktemp("songs") / "songs", count=12)


@pytest.fixture
def prepared(songs: Path, tmp_path: Path) -> Path:
    whole = songs.parent / "prepared"
    if not whole.is_dir():
        assert prepare(str(songs), whole)
    return Path(shutil.copytree(whole, tmp_path / "prepared"))


def read_all(folder: Path) -> int:
    """Steps of all pieces, after everything of the folder has been read."""
    data_set = open_prepared(folder)
    assert data_set.statistics and data_set.refused is not None
    pieces = [data_set.pieces(side, Shares()) for side in SPLITS]
    return sum(len(stored[number]) for stored in pieces for number in range(len(stored)))


def damaged(data: bytes, choices: random.Random) -> Iterator[bytes]:
    yield b""
    yield data[: len(data) // 2]
    yield bytes(len(data))
    for _ in range(4):
        changed = bytearray(data)
        for place in choices.choices(range(len(data)), k=3):
            changed[place] ^= 1 << choices.randrange(8)
        yield bytes(changed)


def test_every_damage_is_named_or_does_no_harm(prepared: Path) -> None:
    choices, answers = random.Random(0), set()
    for name, data in contents(prepared).items():
        for other in damaged(data, choices) if data else ():
            (prepared / name).write_bytes(other)
            try:
                answers.add(read_all(prepared) > 0)
            except MusicgenError:
                answers.add(None)
            (prepared / name).write_bytes(data)
    assert answers == {None, True}


def test_a_value_that_the_encoding_does_not_have_is_named(prepared: Path) -> None:
    path = next(prepared.glob("shards/*/steps.npy"))
    steps = np.load(path)
    steps[0, 0] = 60_000
    np.save(path, steps)
    with pytest.raises(DamagedSet, match=r"steps\.npy' is damaged: prepare the music again"):
        read_all(prepared)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(prepared: Path) -> None:
    path = prepared / "pieces/lengths.npy"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DamagedSet, match="not a file"):
        read_all(prepared)
