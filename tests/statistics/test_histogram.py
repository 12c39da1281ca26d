"""Counting over a collection."""

import numpy as np

from musicgen.score import Score, notes_from, pooled_notes
from musicgen.statistics.histogram import histogram


def test_notes_are_pooled_with_the_number_of_their_piece():
    scores = [Score(notes_from([(0, 24, 60)])), Score(), Score(notes_from([(0, 24, 62)] * 2))]
    notes, pieces = pooled_notes(scores)
    assert notes["pitch"].tolist() == [60, 62, 62]
    assert pieces.tolist() == [0, 2, 2]


def test_nothing_is_pooled_from_nothing():
    for scores in ([], [Score()]):
        notes, pieces = pooled_notes(scores)
        assert len(notes) == len(pieces) == 0


def counted():
    values, pieces = np.array([5, 3, 5, 5, 9, 3]), np.array([0, 0, 0, 2, 2, 1])
    return histogram(values, pieces, lambda value: f"value {value}")


def test_values_are_counted_in_all_and_by_piece():
    found = counted()
    assert found.values.tolist() == [3, 5, 9]
    assert found.labels == ("value 3", "value 5", "value 9")
    assert found.counts.tolist() == [2, 3, 1] and found.total == 6
    assert found.pieces.tolist() == [2, 2, 1]
    assert found.shares.tolist() == [2 / 6, 3 / 6, 1 / 6]
    assert found.pieces_with("value 5") == [0, 2]
    assert found.count_of("value 5") == 3


def test_a_label_that_does_not_occur():
    assert counted().count_of("value 4") == 0 and counted().pieces_with("value 4") == []


def test_weights_count_more_than_once():
    found = histogram(np.array([1, 2, 1]), np.array([0, 0, 1]), str, np.array([10, 20, 30]))
    assert found.counts.tolist() == [40, 20] and found.pieces.tolist() == [2, 1]


def test_the_most_frequent_keep_their_share_of_the_whole():
    found = counted().most_frequent(2)
    assert found.values.tolist() == [5, 3]
    assert found.shares.tolist() == [3 / 6, 2 / 6]
    assert found.pieces_with("value 3") == [0, 1]


def test_equal_counts_are_in_order_of_value():
    found = histogram(np.array([4, 2, 3]), np.array([0, 0, 0]), str).most_frequent()
    assert found.values.tolist() == [2, 3, 4]


def test_a_histogram_of_nothing():
    found = histogram(np.zeros(0, int), np.zeros(0, int), str)
    assert len(found) == found.total == 0
    assert found.shares.tolist() == found.pieces.tolist() == []
    assert len(found.most_frequent(5)) == 0 and found.count_of("x") == 0
