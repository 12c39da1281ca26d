"""Positions of n-grams by their hash."""

import numpy as np
import pytest

from musicgen.composing.originality import ngram_index
from musicgen.composing.originality.ngram_index import NgramIndex, ngram_hashes


def positions(index: NgramIndex, ngram: list[int]) -> list[int]:
    starts, stops = index.ranges(ngram_hashes(np.array(ngram), len(ngram)))
    return index.positions(int(starts[0]), int(stops[0])).tolist()


def test_all_positions_of_an_ngram_are_found():
    index = NgramIndex.build(np.array([7, 1, 2, 3, 1, 2, 3], np.uint16), 3)
    assert positions(index, [1, 2, 3]) == [1, 4]
    assert positions(index, [2, 3, 1]) == [2]
    assert positions(index, [3, 2, 1]) == []


@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 15])
def test_one_ngram_has_the_hash_that_it_has_among_many(length):
    codes = np.random.default_rng(0).integers(0, 2**16, 50)
    starts = range(51 - length)
    alone = [ngram_hashes(codes[start : start + length], length)[0] for start in starts]
    assert ngram_hashes(codes, length).tolist() == alone


@pytest.mark.parametrize("at_once", [1, 4, 5, 7, 100])
def test_positions_do_not_depend_on_how_many_are_hashed_at_once(at_once, monkeypatch):
    codes = np.random.default_rng(0).integers(0, 4, 20)
    whole = NgramIndex.build(codes, 3)
    monkeypatch.setattr(ngram_index, "HASHED_AT_ONCE", at_once)
    assert NgramIndex.build(codes, 3).packed.tolist() == whole.packed.tolist()


def test_a_sequence_shorter_than_an_ngram_has_none():
    assert len(NgramIndex.build(np.zeros(2, np.uint16), 3).packed) == 0
