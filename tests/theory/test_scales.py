import numpy as np
import pytest

from musicgen.theory.scales import pitch_classes, relative_key_log_ratio, tonic_triad


def test_keys_by_name():
    assert pitch_classes("C major") == {0, 2, 4, 5, 7, 9, 11}
    assert pitch_classes("a minor") == {9, 11, 0, 2, 4, 5, 7, 8}  # natural, and G sharp
    assert pitch_classes("Bb Pentatonic") == {10, 0, 2, 5, 7}
    assert pitch_classes("C# major") == pitch_classes("Db major")


@pytest.mark.parametrize("wrong", ["", "H major", "C", "C happy", "D minor minor"])
def test_what_is_no_key_is_refused_with_what_would_be_right(wrong):
    with pytest.raises(ValueError, match="such as 'D minor'"):
        pitch_classes(wrong)


def test_the_triad_of_a_key():
    assert tonic_triad("D minor") == {2, 5, 9}
    assert tonic_triad("Eb major") == {3, 7, 10}
    assert tonic_triad("A blues") == {9, 0, 4}


def test_what_says_d_minor_and_not_f_major():
    nats = relative_key_log_ratio("D minor")
    assert nats[[2, 1]].min() > 0.5  # D, and C sharp
    assert nats[[0, 10]].max() < -0.5  # C and B flat
    assert np.allclose(relative_key_log_ratio("F major"), -nats)
    assert not relative_key_log_ratio("D dorian").any()
