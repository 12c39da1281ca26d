"""Positions of n-grams by their hash."""

import numpy as np

from musicgen.composing.originality.ngram_index import NgramIndex, ngram_hashes


def positions(index: NgramIndex, ngram: list[int]) -> list[int]:
    starts, stops = index.ranges(ngram_hashes(np.array(ngram), len(ngram)))
    return index.positions(int(starts[0]), int(stops[0])).tolist()


def test_all_positions_of_an_ngram_are_found():
    index = NgramIndex.build(np.array([7, 1, 2, 3, 1, 2, 3], np.uint16), 3)
    assert positions(index, [1, 2, 3]) == [1, 4]
    assert positions(index, [2, 3, 1]) == [2]
    assert positions(index, [3, 2, 1]) == []


def test_one_ngram_has_the_hash_that_it_has_among_many():
    codes = np.random.default_rng(0).integers(0, 2**16, 50)
    alone = [ngram_hashes(codes[start : start + 8], 8)[0] for start in range(43)]
    assert ngram_hashes(codes, 8).tolist() == alone


def test_a_sequence_shorter_than_an_ngram_has_none():
    assert len(NgramIndex.build(np.zeros(2, np.uint16), 3).packed) == 0
