"""Features of `events` on pieces of a few notes."""

import numpy as np
import pytest

from musicgen.encoding.clock import MAX_BARS_LEFT
from musicgen.encoding.events_features import (
    CHROMA_WINDOWS,
    NOTE_FEATURE_WIDTHS,
    NoteFeatureTracker,
    note_features,
)
from musicgen.encoding.grid import BEATS
from musicgen.metres import COMMON_TIME, Metre

C4, E4, G4 = 39, 43, 46  # keys from A0
QUARTER = 12  # grid units
# C for a half note; E a quarter later, for a quarter; G on the third beat.
STEPS = np.array([[0, C4, 23], [12, E4, 11], [12, G4, 11]], np.int32)


def test_features_before_the_first_note():
    features = {name: array[0] for name, array in note_features(STEPS, (COMMON_TIME,)).items()}
    assert set(features["remaining"].tolist()) == {-BEATS.max_age}
    assert set(features["age"].tolist()) == {BEATS.max_age}
    assert not features["chroma"].any()
    assert features["clock"].tolist() == [0, 48, 1]


def test_remaining_time_and_age_count_from_the_latest_onset():
    features = note_features(STEPS, (COMMON_TIME,))
    assert features["remaining"][1:, C4].tolist() == [24, 12]
    assert features["age"][1:, C4].tolist() == [0, 12]
    assert features["remaining"][2, E4] == 12 and features["age"][2, E4] == 0
    assert features["remaining"][2, G4] == -BEATS.max_age  # struck at the next step


def test_a_note_that_has_ended_counts_below_zero():
    steps = np.array([[0, C4, 11], [36, E4, 11], [0, G4, 11]], np.int32)
    assert note_features(steps, (COMMON_TIME,))["remaining"][2, C4] == -24


def test_age_starts_again_when_a_key_is_struck_again():
    steps = np.array([[0, C4, 5], [12, C4, 2], [0, G4, 11]], np.int32)
    features = note_features(steps, (COMMON_TIME,))
    assert features["remaining"][1:, C4].tolist() == [6, 3]
    assert features["age"][1:, C4].tolist() == [0, 0]


def test_chroma_is_the_share_of_each_pitch_class():
    chroma = note_features(STEPS, (COMMON_TIME,))["chroma"].reshape(3, len(CHROMA_WINDOWS), 12)
    assert chroma[1, :, 0].tolist() == [1, 1, 1]  # C alone
    assert chroma[2, :, 0].tolist() == [0.5, 0.5, 0.5]
    assert chroma[2, :, 4].tolist() == [0.5, 0.5, 0.5]


def test_chroma_windows_drop_old_notes():
    keys = [C4] * 20 + [G4] * 16 + [E4]
    steps = np.array([[1, key, 0] for key in keys], np.int32)
    last = note_features(steps, (COMMON_TIME,))["chroma"][-1].reshape(len(CHROMA_WINDOWS), 12)
    assert last[:, 0] == pytest.approx([0, 20 / 36, 20 / 36])  # C
    assert last[:, 7] == pytest.approx([1, 16 / 36, 16 / 36])  # G


def test_clock_has_place_length_and_bars_left():
    steps = np.array([[0, C4, 11], [12, C4, 11], [36, C4, 11], [36, C4, 11]], np.int32)
    metres = (Metre(0, 1, 4), Metre(24, 4, 4))  # a pickup of a quarter
    assert note_features(steps, metres)["clock"].tolist() == [
        [36, 48, 3],
        [36, 48, 3],
        [0, 48, 2],
        [36, 48, 2],
    ]


def test_bars_left_are_bounded():
    steps = np.array([[0, C4, 11], *[[48, C4, 11]] * 30], np.int32)
    left = note_features(steps, (COMMON_TIME,))["clock"][:, 2].tolist()
    assert left == [MAX_BARS_LEFT] * 17 + list(range(15, 1, -1))


def test_bars_left_are_0_without_a_number_of_bars():
    tracker = NoteFeatureTracker(1, (COMMON_TIME,), 0)
    tracker.push(STEPS[:1])
    assert tracker.features()["clock"].tolist() == [[0, 48, 0]]


def test_rows_of_a_tracker_are_independent():
    tracker = NoteFeatureTracker(2, (COMMON_TIME,), 1)
    tracker.push(np.array([[0, C4, 23], [12, E4, 11]]))
    inputs = tracker.features()
    assert inputs["remaining"][:, C4].tolist() == [24, -BEATS.max_age]
    assert inputs["remaining"][:, E4].tolist() == [-BEATS.max_age, 12]
    assert inputs["clock"][:, 0].tolist() == [0, 12]


def test_features_of_an_empty_piece():
    features = note_features(np.zeros((0, 3), np.int32), (COMMON_TIME,))
    assert {name: array.shape for name, array in features.items()} == {
        name: (0, width) for name, width in NOTE_FEATURE_WIDTHS.items()
    }
