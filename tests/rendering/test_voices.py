"""Staves, voices and note values."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from musicgen.rendering.voices import (
    NOTE_VALUES,
    Chord,
    split_duration,
    split_staves,
    split_voices,
)
from musicgen.score import Score, notes_from, without_overlaps
from tests.rendering.rendered_scores import scores


def test_notes_of_equal_length_are_a_chord_and_others_another_voice() -> None:
    notes = Score(notes_from([(0, 24, 60), (0, 24, 64), (0, 48, 72), (24, 24, 62)])).notes
    assert split_voices(notes) == [
        [Chord(0, 48, (72,), (80,))],
        [Chord(0, 24, (60, 64), (80, 80)), Chord(24, 24, (62,), (80,))],
    ]


@given(scores())
def test_voices_have_every_note_once_and_one_chord_at_a_time(score: Score) -> None:
    notes = without_overlaps(score.notes)
    voices = split_voices(notes)
    for voice in voices:
        assert all(a.end <= b.start for a, b in pairwise(voice))
    chords = [chord for voice in voices for chord in voice]
    rows = [(chord.start, chord.duration, pitch) for chord in chords for pitch in chord.pitches]
    assert sorted(rows) == sorted(notes[["start", "duration", "pitch"]].tolist())


def test_a_melody_stays_on_one_staff_and_two_hands_have_two() -> None:
    melody = Score(notes_from([(0, 24, 40), (24, 24, 80)])).notes
    hands = Score(notes_from([(0, 24, 40), (0, 24, 80)])).notes
    high = Score(notes_from([(0, 24, 59), (0, 24, 80)])).notes
    assert [len(staff) for staff in split_staves(melody)] == [2]
    assert [staff["pitch"].tolist() for staff in split_staves(hands)] == [[80], [40]]
    assert [len(staff) for staff in split_staves(high)] == [2]


def test_a_duration_without_a_note_value_is_split_at_the_beat() -> None:
    assert list(split_duration(0, 96, 24)) == [(0, 96)]
    assert list(split_duration(12, 24, 24)) == [(12, 24)]  # a syncopated quarter stays whole
    assert list(split_duration(12, 60, 24)) == [(12, 12), (24, 48)]
    assert list(split_duration(0, 120, 24)) == [(0, 96), (96, 24)]


@given(st.integers(0, 200), st.integers(1, 600), st.sampled_from([3, 6, 12, 24, 48]))
def test_note_values_fill_the_time_without_gaps(start: int, ticks: int, beat: int) -> None:
    now = start
    for value_start, value in split_duration(start, ticks, beat):
        assert value_start == now and value in NOTE_VALUES
        now += value
    assert now == start + ticks
