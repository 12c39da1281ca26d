"""Pitches, intervals, notes and chords of a small collection."""

import pytest

from musicgen.score import Score, notes_from
from musicgen.statistics.pitch_histograms import (
    interval_name,
    intervals,
    note_frequency,
    pitch_classes,
    pitches,
)


def counts(found):
    return dict(zip(found.labels, found.counts.tolist(), strict=True))


def row(start, duration, pitch, part=0):
    return start, duration, pitch, 80, 0, part


# A minor third, twice in different registers; a melody C D C B; another piece with a C alone.
SCORES = [
    Score(
        notes_from(
            [
                *[row(0, 24, 45), row(0, 24, 48), row(24, 24, 57), row(24, 24, 60)],
                *[row(0, 24, 72, 1), row(24, 24, 74, 1), row(48, 24, 72, 1), row(72, 24, 71, 1)],
            ]
        )
    ),
    Score(notes_from([row(0, 24, 72)])),
]
NO_MUSIC = ([], [Score()])


def test_notes_and_chords_are_counted_by_name():
    found = note_frequency(SCORES)
    assert counts(found.notes) == {"C5": 3, "D5": 1, "B4": 1}
    assert counts(found.chords) == {"9.0": 2}
    assert counts(found.combined) == {"C5": 3, "D5": 1, "B4": 1, "9.0": 2}
    assert found.combined.most_frequent(1).labels == ("C5",)
    assert found.notes.shares.sum() + found.chords.shares.sum() == pytest.approx(1)


def test_the_pieces_that_have_a_note_or_a_chord():
    found = note_frequency(SCORES).combined
    assert found.pieces_with("C5") == [0, 1]
    assert found.pieces_with("9.0") == [0]
    assert found.pieces_with("C4") == []  # it sounds in a chord alone


def test_chord_sizes():
    assert counts(note_frequency(SCORES).sizes) == {"single note": 5, "chord of 2 notes": 2}


def test_keys_from_low_to_high():
    found = pitches(SCORES)
    assert found.values.tolist() == [45, 48, 57, 60, 71, 72, 74]
    assert counts(found)["C5"] == 3
    assert found.pieces_with("C5") == [0, 1]


def test_pitch_classes():
    assert counts(pitch_classes(SCORES)) == {"C": 5, "D": 1, "A": 2, "B": 1}


def test_intervals_are_those_of_each_parts_highest_notes():
    assert counts(intervals(SCORES)) == {
        "octave up": 1,  # C to C, above the thirds
        "major second up": 1,
        "major second down": 1,
        "minor second down": 1,
    }


def test_no_interval_leads_from_piece_to_piece_or_from_part_to_part():
    one_note_each = [Score(notes_from([row(0, 24, 60), row(24, 24, 72, 1)])), SCORES[1]]
    assert counts(intervals(one_note_each)) == {}


@pytest.mark.parametrize(
    ("semitones", "words"),
    [
        (0, "unison"),
        (1, "minor second up"),
        (-3, "minor third down"),
        (6, "tritone up"),
        (12, "octave up"),
        (-13, "1 octave and a minor second down"),
        (24, "2 octaves up"),
    ],
)
def test_intervals_in_words(semitones, words):
    assert interval_name(semitones) == words


@pytest.mark.parametrize("scores", NO_MUSIC)
def test_no_music_has_no_pitches(scores):
    for statistic in (pitches, pitch_classes, intervals):
        assert len(statistic(scores)) == 0
    found = note_frequency(scores)
    assert len(found.combined) == len(found.notes) == len(found.chords) == len(found.sizes) == 0
