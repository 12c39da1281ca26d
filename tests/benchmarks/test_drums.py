"""Positions of drums in the bar, and songs of a made-up band."""

import numpy as np
import pytest

from benchmarks.drums.__main__ import compare_positions, overlap, positions
from benchmarks.drums.band_songs import PARTS, band_song
from musicgen.score import Score, notes_from


def drums(*hits: tuple[int, int]) -> Score:
    """Hits (start, key) of the band's drums, and a bass note that does not count."""
    rows = [(start, 6, key, 80, 0, 3) for start, key in hits]
    return Score(notes_from([*rows, (0, 24, 36, 80, 33, 0)]), parts=PARTS)


def test_hits_are_counted_by_their_position_in_the_bar() -> None:
    counts = positions([drums((0, 36), (96, 35), (24, 38), (102, 36))], "kick")
    assert np.flatnonzero(counts).tolist() == [0, 6]
    assert counts[[0, 6]].tolist() == [2, 1]


def test_the_overlap_is_what_two_distributions_share() -> None:
    assert overlap(np.array([2, 2, 0]), np.array([0, 1, 3])) == 0.25
    assert overlap(np.array([1, 3]), np.array([2, 6])) == 1.0
    people = [drums((0, 36), (48, 36)), drums((0, 36), (48, 36))]
    figures = compare_positions([drums((0, 36), (24, 36), (48, 36), (49, 36))], people, "kick")
    assert figures == {
        "hits a piece": 4.0,
        "people's": 2.0,
        "overlap": 0.5,
        "of two halves": 1.0,
        "nowhere else": 0.5,
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_song_of_the_band_has_four_parts_on_a_sixteenth_or_a_triplet(seed: int) -> None:
    song = band_song(seed)
    assert song.bars in (16, 20, 24, 28, 32)
    assert set(song.notes["part"].tolist()) == {0, 1, 2, 3}
    place = song.notes["start"] % 24
    assert set(place.tolist()) <= {0, 6, 12, 16, 18}
    assert band_song(seed).notes.tolist() == song.notes.tolist()
