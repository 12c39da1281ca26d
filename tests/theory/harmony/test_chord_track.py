"""Chords found at beats of small pieces."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.theory.harmony.vocabulary import NONE


def blocks(*chords, ticks=24):
    """A score of block chords, each a quarter long or as long as it is said."""
    rows = [(ticks * at, ticks, pitch) for at, chord in enumerate(chords) for pitch in chord]
    return Score(notes_from(rows))


C, F, G7, AM = (48, 64, 67, 72), (53, 65, 69, 72), (55, 65, 71, 74), (45, 64, 69, 72)


def test_block_chords():
    track = chord_track(blocks(C, C, AM, AM, F, F, G7, G7, C, C))
    assert track.symbols == ["C", "C", "Am", "Am", "F", "F", "G7", "G7", "C", "C"]
    assert track.roots.tolist() == [0, 0, 9, 9, 5, 5, 7, 7, 0, 0]
    assert track.masks[:1].tolist() == [0b10010001] and track.ticks[:3].tolist() == [0, 24, 48]


def test_nothing_sounds():
    assert chord_track(Score()).symbols == []
    silence = chord_track(Score(notes_from([(480, 24, pitch) for pitch in C])))
    assert silence.symbols[:19] == ["N.C."] * 19 and silence.symbols[-1] == "C"
    assert silence.roots[0] == NONE and silence.masks[0] == 0


notes_lists = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 96), st.integers(36, 84)), min_size=1, max_size=60
)


@given(notes_lists, st.integers(-12, 12))
@settings(max_examples=60, deadline=None)
def test_a_transposed_piece_has_the_transposed_chords(rows, semitones):
    score = Score(notes_from(rows), metres=(Metre(0, 3, 4),))
    track, shifted = chord_track(score), chord_track(score.transposed(semitones))
    expected = np.where(track.roots == NONE, NONE, (track.roots + semitones) % 12)
    assert shifted.roots.tolist() == expected.tolist()
    assert shifted.qualities.tolist() == track.qualities.tolist()
