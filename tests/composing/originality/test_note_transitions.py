"""Transitions: the same for the same music, whatever its key, start and durations."""

import numpy as np

from musicgen.composing.originality.note_transitions import END, decode_transitions, note_sequence
from musicgen.score import Score, notes_from
from tests.helpers.tunes import tune


def quarters(*pitches: int) -> Score:
    return Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate(pitches)]))


def test_a_transition_is_an_onset_shift_and_an_interval():
    codes = note_sequence([quarters(60, 64, 62), quarters(70)]).codes()
    shift, interval = decode_transitions(codes[:2])
    assert shift.tolist() == [12, 12] and interval.tolist() == [4, -2]
    assert codes[2:].tolist() == [END, END]


def test_transitions_do_not_depend_on_key_start_and_durations():
    piece = tune(0, notes=120)
    notes = piece.transposed(5).notes.copy()
    notes["start"] += 48
    notes["duration"] = 1
    codes = note_sequence([Score(notes)]).codes()
    assert np.array_equal(codes, note_sequence([piece]).codes())


def test_a_key_counts_once_an_onset_and_pitches_are_moved_into_the_piano():
    doubled = Score(notes_from([(0, 12, 60), (0, 24, 60), (24, 12, 9), (48, 12, 120)]))
    shift, interval = decode_transitions(note_sequence([doubled]).codes()[:-1])
    assert shift.tolist() == [12, 12]
    assert interval.tolist() == [21 - 60, 108 - 21]
