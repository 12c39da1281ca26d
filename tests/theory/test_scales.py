"""Keys and scales by name."""

import numpy as np
import pytest

from musicgen.theory.scales import (
    key_sharps,
    pitch_classes,
    relative_key_log_ratio,
    tonic_triad,
    transpose_key,
    written_key,
)


def test_pitch_classes_of_keys():
    assert pitch_classes("C major") == {0, 2, 4, 5, 7, 9, 11}
    assert pitch_classes("a minor") == {9, 11, 0, 2, 4, 5, 7, 8}  # natural minor and G sharp
    assert pitch_classes("Bb Pentatonic") == {10, 0, 2, 5, 7}
    assert pitch_classes("C# major") == pitch_classes("Db major")


@pytest.mark.parametrize("wrong", ["", "H major", "C", "C happy", "D minor minor"])
def test_an_invalid_key_is_refused_with_an_example(wrong):
    with pytest.raises(ValueError, match="such as 'D minor'"):
        pitch_classes(wrong)


def test_tonic_triads():
    assert tonic_triad("D minor") == {2, 5, 9}
    assert tonic_triad("Eb major") == {3, 7, 10}
    assert tonic_triad("A blues") == {9, 0, 4}


def test_log_ratio_of_relative_keys():
    nats = relative_key_log_ratio("D minor")
    assert nats[[2, 1]].min() > 0.5  # D, and C sharp
    assert nats[[0, 10]].max() < -0.5  # C and B flat
    assert np.allclose(relative_key_log_ratio("F major"), -nats)
    assert not relative_key_log_ratio("D dorian").any()


def test_a_key_is_named_with_the_fewest_signs():
    names = [transpose_key("C major", up) for up in range(12)]
    assert names == [f"{tonic} major" for tonic in "C Db D Eb E F F# G Ab A Bb B".split()]
    names = [transpose_key("C minor", up) for up in range(12)]
    assert names == [f"{tonic} minor" for tonic in "C C# D Eb E F F# G G# A Bb B".split()]
    assert [written_key(key) for key in ("C# major", "Ab phrygian", "Gb major", "D dorian")] == [
        *("Db major", "G# phrygian", "F# major", "D dorian"),
    ]


def test_signatures_of_keys():
    keys = ("Db major", "C# minor", "Bb mixolydian", "eb Minor", "A blues")
    assert [key_sharps(key) for key in keys] == [-5, 4, -3, -6, 0]
