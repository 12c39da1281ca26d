"""Clashes and parallels in small examples and in Bach's chorales."""

import math

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.score import Score, notes_from
from musicgen.theory.voice_leading import clashes, parallels


def chords(*pitches: tuple[int, ...]) -> Score:
    """Chords of a quarter."""
    return Score(notes_from((24 * n, 24, p) for n, chord in enumerate(pitches) for p in chord))


def test_a_semitone_in_any_octave_clashes():
    assert clashes(chords((60, 61))) == 1.0
    assert clashes(chords((60, 71))) == 1.0  # B above C
    assert clashes(chords((48, 64, 73), (60, 64, 67))) == 0.5
    assert clashes(chords((127, 120), (60, 62))) == 0.0


def test_a_held_note_clashes_with_a_later_one():
    assert clashes(Score(notes_from([(0, 48, 60), (24, 24, 61)]))) == 1.0
    assert clashes(Score(notes_from([(0, 24, 60), (24, 24, 61)]))) != 1.0


@pytest.mark.parametrize(
    "before, after, share",
    [
        ((60, 67), (62, 69), 1.0),  # fifths
        ((48, 72), (50, 74), 1.0),  # octaves
        ((60, 67), (62, 74), 0.0),  # a fifth, then an octave
        ((60, 67), (60, 67), 0.0),  # neither moves
        ((60, 64), (62, 65), 0.0),  # thirds
        ((48, 60, 64), (50, 59, 65), 0.0),
        ((48, 55, 64), (50, 57, 62), 1.0),  # the lower two
        ((60, 67), (50, 69), 1.0),  # by contrary motion too: a twelfth
    ],
)
def test_parallels_between_two_chords(before, after, share):
    assert parallels(chords(before, after)) == share


def test_chords_of_different_sizes_are_not_compared():
    assert math.isnan(parallels(chords((60, 67), (62, 65, 69))))
    assert parallels(chords((60, 67), (62, 69), (62, 65, 69), (60, 64, 69))) == 0.5


def test_monophonic_scores_are_undefined():
    for score in (Score(), chords((60,), (62,))):
        assert math.isnan(clashes(score)) and math.isnan(parallels(score))


def test_bach_avoids_both():
    scores = load_collection("bach-chorales").scores[:100]
    assert 0.06 < np.mean([clashes(score) for score in scores]) < 0.10
    assert np.mean([parallels(score) for score in scores]) < 0.015
