"""Pitch histograms of a small collection."""

import pytest

from musicgen.score import Score, notes_from
from musicgen.statistics.pitch_histograms import (
    interval_name,
    intervals,
    note_frequency,
    pitch_classes,
    pitches,
)


def counts(result):
    return dict(zip(result.labels, result.counts.tolist(), strict=True))


def row(start, duration, pitch, part=0):
    return start, duration, pitch, 80, 0, part


# A minor third in two registers and a melody C D C B; a second piece with only a C.
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
    result = note_frequency(SCORES)
    assert counts(result.notes) == {"C5": 3, "D5": 1, "B4": 1}
    assert counts(result.chords) == {"9.0": 2}
    assert counts(result.combined) == {"C5": 3, "D5": 1, "B4": 1, "9.0": 2}
    assert result.combined.most_frequent(1).labels == ("C5",)
    assert result.notes.shares.sum() + result.chords.shares.sum() == pytest.approx(1)


def test_pieces_with_a_note_or_chord():
    result = note_frequency(SCORES).combined
    assert result.pieces_with("C5") == [0, 1]
    assert result.pieces_with("9.0") == [0]
    assert result.pieces_with("C4") == []  # only in a chord


def test_chord_sizes():
    assert counts(note_frequency(SCORES).sizes) == {"single note": 5, "chord of 2 notes": 2}


def test_pitches_are_sorted():
    result = pitches(SCORES)
    assert result.values.tolist() == [45, 48, 57, 60, 71, 72, 74]
    assert counts(result)["C5"] == 3
    assert result.pieces_with("C5") == [0, 1]


def test_pitch_classes():
    assert counts(pitch_classes(SCORES)) == {"C": 5, "D": 1, "A": 2, "B": 1}


def test_intervals_are_between_the_highest_notes_of_a_part():
    assert counts(intervals(SCORES)) == {
        "octave up": 1,  # C to C, above the thirds
        "major second up": 1,
        "major second down": 1,
        "minor second down": 1,
    }


def test_no_interval_between_pieces_or_parts():
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
def test_interval_names(semitones, words):
    assert interval_name(semitones) == words


@pytest.mark.parametrize("scores", NO_MUSIC)
def test_empty_collections_have_empty_histograms(scores):
    for statistic in (pitches, pitch_classes, intervals):
        assert len(statistic(scores)) == 0
    result = note_frequency(scores)
    assert len(result.combined) == len(result.notes) == len(result.chords) == len(result.sizes) == 0
