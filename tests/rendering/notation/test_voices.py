"""Voices of a staff."""

from itertools import pairwise

from hypothesis import given

from musicgen.rendering.notation.voices import Chord, split_voices
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
