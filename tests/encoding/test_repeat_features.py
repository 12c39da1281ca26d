"""Repeat features: by hand, step by step, and of parts of a piece."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicgen.encoding.repeat_features import ORDERS, RepeatTracker, no_repeat, repeat_features


def _fields(keys: list[int]) -> np.ndarray:
    """Notes one grid unit apart, with the number of the key as their duration."""
    return np.array([(1, key, key) for key in keys], np.int32)


def test_repeat_is_the_note_after_the_same_three() -> None:
    repeats = repeat_features(_fields([5, 6, 7, 8, 5, 6, 7, 9]))
    assert repeats[:7].tolist() == [list(no_repeat())] * 7
    assert repeats[7].tolist() == [1, 8, 8, 1]  # after 5 6 7 came 8


def test_the_latest_match_counts() -> None:
    repeats = repeat_features(_fields([5, 6, 7, 8, 5, 6, 7, 9, 5, 6, 7, 1]))
    assert repeats[11].tolist() == [1, 9, 9, 1]


def test_a_longer_match_counts_for_more() -> None:
    tune = [1, 2, 3, 4, 5, 6, 50]
    repeats = repeat_features(_fields([*tune, 4, 5, 6, 60, *tune]))
    # 4 5 6 was last followed by 60, but 1 2 3 4 5 6 by 50.
    assert repeats[-1].tolist() == [1, 50, 50, 2]


def test_the_order_is_that_of_the_longest_match() -> None:
    tune = list(range(30))
    repeats = repeat_features(_fields(tune + tune))
    levels = repeats[30 + np.array(ORDERS), 3]
    assert levels.tolist() == [1, 2, 3, 4]
    assert repeats[30 + 29].tolist() == [1, 29, 29, 4]


def test_notes_with_other_shifts_do_not_match() -> None:
    fields = _fields([5, 6, 7, 8, 5, 6, 7, 9])
    fields[5, 0] = 2
    assert (repeat_features(fields) == no_repeat()).all()


NOTES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2)), max_size=80)


@given(NOTES, st.data())
def test_tracker_and_parts_agree_with_the_whole(rows: list, data: st.DataObject) -> None:
    fields = np.array(rows, np.int32).reshape(-1, 3)
    whole = repeat_features(fields)
    assert whole.shape == (len(fields), 4)
    tracker = RepeatTracker(2)
    for row, expected in zip(fields, whole, strict=True):
        assert (tracker.features() == expected).all()
        tracker.push(np.stack([row, row]))
    start = data.draw(st.integers(0, len(fields)))
    stop = data.draw(st.integers(start, len(fields)))
    assert np.array_equal(repeat_features(fields, start, stop), whole[start:stop])


@given(NOTES)
def test_repeats_follow_from_earlier_steps(rows: list) -> None:
    fields = np.array(rows, np.int32).reshape(-1, 3)
    for stop in range(len(fields)):
        assert np.array_equal(repeat_features(fields[:stop]), repeat_features(fields)[:stop])
