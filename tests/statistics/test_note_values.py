"""Durations and positions in the bar in a musician's words."""

import numpy as np
import pytest

from musicgen.statistics.note_values import (
    NOTE_VALUES,
    PLACES,
    duration_name,
    nearest_named,
    place_name,
)


@pytest.mark.parametrize(
    ("ticks", "words"),
    [
        (24, "quarter"),
        (36, "dotted quarter"),
        (42, "double-dotted quarter"),
        (8, "eighth triplet"),
        (16, "quarter triplet"),
        (30, "quarter + 16th"),
        (6, "16th"),
        (3, "32nd"),
        (96, "whole"),
        (1, "short 32nd triplet"),
        (11, "short eighth"),
        (13, "long eighth"),
        (23, "short quarter"),
        (1000, "long dotted double whole"),
    ],
)
def test_durations_are_note_values_or_a_little_longer_or_shorter(ticks, words):
    assert duration_name(ticks) == words


@pytest.mark.parametrize(
    ("ticks", "words"),
    [
        (0, "quarter 1"),
        (36, "quarter 2½"),
        (8, "quarter 1⅓"),
        (37, "quarter 2½+"),
        (35, "quarter 2½\N{MINUS SIGN}"),
        (47, "quarter 3\N{MINUS SIGN}"),
    ],
)
def test_positions_are_fractions_of_a_quarter_or_near_one(ticks, words):
    assert place_name(ticks) == words


@pytest.mark.parametrize(("named", "name_of"), [(NOTE_VALUES, duration_name), (PLACES, place_name)])
def test_durations_and_positions_with_one_name_count_as_one(named, name_of):
    ticks = np.arange(1, 500)
    histogram = nearest_named(ticks, named).tolist()
    names = [name_of(tick) for tick in ticks.tolist()]
    assert [name_of(tick) for tick in histogram] == names
    assert len(set(histogram)) == len(set(names))
