import pytest

from musicgen.composing.scales import pitch_classes


def test_keys_by_name():
    assert pitch_classes("C major") == {0, 2, 4, 5, 7, 9, 11}
    assert pitch_classes("a minor") == {9, 11, 0, 2, 4, 5, 7, 8}  # natural, and G sharp
    assert pitch_classes("Bb Pentatonic") == {10, 0, 2, 5, 7}
    assert pitch_classes("C# major") == pitch_classes("Db major")


@pytest.mark.parametrize("wrong", ["", "H major", "C", "C happy", "D minor minor"])
def test_what_is_no_key_is_refused_with_what_would_be_right(wrong):
    with pytest.raises(ValueError, match="such as 'D minor'"):
        pitch_classes(wrong)
