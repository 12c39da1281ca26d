"""Histograms over a collection."""

import numpy as np

from musicgen.score import Score, notes_from
from musicgen.statistics.histogram import histogram
from musicgen.theory.pooled_notes import pooled_notes


def test_pooled_notes_have_the_index_of_their_piece():
    scores = [Score(notes_from([(0, 24, 60)])), Score(), Score(notes_from([(0, 24, 62)] * 2))]
    notes, pieces = pooled_notes(scores)
    assert notes["pitch"].tolist() == [60, 62, 62]
    assert pieces.tolist() == [0, 2, 2]


def test_pooled_notes_of_empty_scores():
    for scores in ([], [Score()]):
        notes, pieces = pooled_notes(scores)
        assert len(notes) == len(pieces) == 0


def example():
    values, pieces = np.array([5, 3, 5, 5, 9, 3]), np.array([0, 0, 0, 2, 2, 1])
    return histogram(values, pieces, lambda value: f"value {value}")


def test_values_are_counted_in_total_and_by_piece():
    result = example()
    assert result.values.tolist() == [3, 5, 9]
    assert result.labels == ("value 3", "value 5", "value 9")
    assert result.counts.tolist() == [2, 3, 1] and result.total == 6
    assert result.pieces.tolist() == [2, 2, 1]
    assert result.shares.tolist() == [2 / 6, 3 / 6, 1 / 6]
    assert result.pieces_with("value 5") == [0, 2]
    assert result.count_of("value 5") == 3


def test_a_missing_label_has_count_0():
    assert example().count_of("value 4") == 0 and example().pieces_with("value 4") == []


def test_weights_replace_counts_of_one():
    result = histogram(np.array([1, 2, 1]), np.array([0, 0, 1]), str, np.array([10, 20, 30]))
    assert result.counts.tolist() == [40, 20] and result.pieces.tolist() == [2, 1]


def test_most_frequent_values_keep_their_shares():
    result = example().most_frequent(2)
    assert result.values.tolist() == [5, 3]
    assert result.shares.tolist() == [3 / 6, 2 / 6]
    assert result.pieces_with("value 3") == [0, 1]


def test_equal_counts_are_sorted_by_value():
    result = histogram(np.array([4, 2, 3]), np.array([0, 0, 0]), str).most_frequent()
    assert result.values.tolist() == [2, 3, 4]


def test_an_empty_histogram():
    result = histogram(np.zeros(0, int), np.zeros(0, int), str)
    assert len(result) == result.total == 0
    assert result.shares.tolist() == result.pieces.tolist() == []
    assert len(result.most_frequent(5)) == 0 and result.count_of("x") == 0
