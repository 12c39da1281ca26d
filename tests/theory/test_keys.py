"""Key finding in small pieces."""

import numpy as np
import pytest

from musicgen.score import Score, notes_from
from musicgen.theory.keys import Key, find_keys, pitch_class_durations


def scale(tonic, steps):
    return Score(notes_from([(24 * at, 24, tonic + step) for at, step in enumerate(steps)]))


MAJOR, MINOR = (0, 4, 7, 0, 2, 4, 5, 7, 9, 11, 12), (0, 3, 7, 0, 2, 3, 5, 7, 8, 11, 12)


@pytest.mark.parametrize("tonic", range(12))
def test_scales_and_chords_have_their_key(tonic):
    major, minor = find_keys([scale(60 + tonic, MAJOR), scale(60 + tonic, MINOR)])
    assert (major.tonic, major.mode) == (tonic, "major")
    assert (minor.tonic, minor.mode) == (tonic, "minor")
    assert major.correlation > 0.8 and minor.correlation > 0.8


def test_names():
    assert Key(8, "major", 0.9).name == "A- major" and Key(8, "minor", 0.9).name == "G# minor"
    assert str(Key(10, "major", 0.9)) == "B♭ major"
    assert str(Key(6, "minor", 0.9)) == "F♯ minor"


def test_a_key_is_written_with_the_fewest_signs():
    assert Key(1, "major", 0.9).name == "C# major"  # music21's name
    assert str(Key(1, "major", 0.9)) == "D♭ major" and Key(1, "major", 0.9).signature == -5
    assert str(Key(1, "minor", 0.9)) == "C♯ minor" and Key(1, "minor", 0.9).signature == 4


def test_sharps_of_key_signatures():
    majors = [Key(tonic, "major", 0.9).sharps for tonic in range(12)]
    assert majors == [0, 7, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5]
    minors = [Key(tonic, "minor", 0.9).sharps for tonic in range(12)]
    assert minors == [-3, 4, -1, -6, 1, -4, 3, -2, 5, 0, -5, 2]


def test_pitch_classes_are_weighted_by_duration():
    score = Score(notes_from([(0, 10, 60), (10, 30, 60), (40, 7, 70)]))
    durations = pitch_class_durations([Score(), score])
    assert durations[0].tolist() == [0] * 12
    assert durations[1].tolist() == [40] + [0] * 9 + [7, 0]


def test_a_score_without_notes_has_no_key():
    assert find_keys([]) == []
    first, second, third = find_keys([Score(), scale(60, MAJOR), Score()])
    assert first is None and second.name == "C major" and third is None


def test_key_of_a_single_note():
    (key,) = find_keys([Score(notes_from([(0, 24, 60)]))])
    assert key.name == "F major" and 0 < key.correlation < 1  # music21's answer


def test_equal_pitch_classes_correlate_with_no_key():
    (key,) = find_keys([Score(notes_from([(0, 24, pitch) for pitch in range(60, 72)]))])
    assert key.correlation == 0 and np.isfinite(key.correlation)
