"""N-gram indices that are kept in the workspace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.originality import ngram_cache
from musicgen.composing.originality.ngram_cache import find_ngrams
from musicgen.composing.originality.ngram_index import NgramIndex

CODES = np.random.default_rng(0).integers(0, 9, 5000).astype(np.uint16)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    monkeypatch.setattr(ngram_cache, "MIN_NOTES", 1000)
    return tmp_path / "cache" / "ngrams"


def forbid_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(codes: np.ndarray, length: int) -> NgramIndex:
        raise AssertionError("it is sorted again")

    monkeypatch.setattr(NgramIndex, "build", build)


def test_an_index_is_sorted_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = find_ngrams(CODES, 7)
    forbid_sorting(monkeypatch)
    found = find_ngrams(CODES.copy(), 7)
    assert found.packed.tolist() == built.packed.tolist() == sorted(built.packed.tolist())
    assert (found.length, found.position_mask) == (7, built.position_mask)


def test_an_index_of_few_notes_takes_no_room_on_disk(folder: Path) -> None:
    find_ngrams(CODES[:999], 7)
    assert not folder.exists()


def _cut(data: bytes) -> bytes:
    return data[:-8]


def _reversed(data: bytes) -> bytes:
    return np.frombuffer(data, np.uint64)[::-1].tobytes()


def _zeros(data: bytes) -> bytes:
    return bytes(len(data))


def _ones(data: bytes) -> bytes:
    return b"\xff" * len(data)


@pytest.mark.parametrize("damage", [_cut, _reversed, _zeros, _ones, lambda data: b""])
def test_a_damaged_file_is_made_again(folder: Path, damage) -> None:
    built = find_ngrams(CODES, 7)
    (path,) = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert find_ngrams(CODES, 7).packed.tolist() == built.packed.tolist()
    assert path.read_bytes() == built.packed.tobytes()


def test_an_index_of_other_notes_or_another_length_is_another(folder: Path) -> None:
    other = CODES.copy()
    other[3] += 1
    for codes, length in ((CODES, 7), (other, 7), (CODES, 8)):
        expected = NgramIndex.build(codes, length)
        assert find_ngrams(codes, length).packed.tolist() == expected.packed.tolist()
    assert len(list(folder.iterdir())) == 3


def test_the_oldest_files_are_deleted(folder: Path) -> None:
    for length in range(3, 12):
        find_ngrams(CODES, length)
    assert len(list(folder.iterdir())) == ngram_cache.MAX_FILES


def test_without_a_place_to_write_it_is_sorted_each_time(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert find_ngrams(CODES, 7).packed.tolist() == NgramIndex.build(CODES, 7).packed.tolist()
