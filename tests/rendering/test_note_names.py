import pytest

from musicgen.rendering.note_names import note_labels, note_value_name, parse_pitch, pitch_name
from musicgen.score import Metre, Score, first_bar_number, notes_from


def test_keys_have_names() -> None:
    assert [pitch_name(key) for key in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C#4", "G9"]


def test_names_are_keys() -> None:
    assert [
        parse_pitch(name) for name in ("C-1", "C4", "c#4", "Db4", "B♭3", "Cb4", "Ebb4", "G9")
    ] == [*(0, 60, 61, 61, 58, 59, 62, 127)]
    for name in ("", "H4", "C", "4", "C99", "G#9", "C###4", "C4 "):
        with pytest.raises(ValueError):
            parse_pitch(name)


def test_a_black_key_is_spelled_in_the_key_of_its_piece() -> None:
    def names(*pitches: int) -> list[str]:
        score = Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate(pitches)]))
        return [words.split(",")[0] for words in note_labels(score)]

    assert names(65, 69, 72, 65, 70, 69, 67, 65) == [
        "F4",
        "A4",
        "C5",
        "F4",
        "Bb4",
        "A4",
        "G4",
        "F4",
    ]
    assert names(64, 68, 71, 64, 70, 71, 66, 64) == [
        "E4",
        "G#4",
        "B4",
        "E4",
        "A#4",
        "B4",
        "F#4",
        "E4",
    ]
    assert [pitch_name(71, sharps) for sharps in (0, -7, 7)] == ["B4", "Cb5", "B4"]
    assert [parse_pitch(pitch_name(pitch, 7)) for pitch in range(21, 109)] == [*range(21, 109)]


def test_durations_are_parts_of_a_whole_note() -> None:
    values = [note_value_name(ticks) for ticks in (96, 24, 12, 36, 8, 1)]
    assert values == ["1/1", "1/4", "1/8", "3/8", "1/12", "1/96"]


def test_places_count_bars_and_beats_from_one() -> None:
    score = Score(notes_from([(0, 24, 60), (2 * 96 + 36, 12, 62)]))
    assert note_labels(score) == ["C4, bar 1 beat 1, 1/4", "D4, bar 3 beat 2.5, 1/8"]


def test_beats_are_those_of_the_metre() -> None:
    score = Score(notes_from([(36, 12, 60), (72, 12, 62)]), metres=(Metre(0, 6, 8),))
    assert note_labels(score) == ["C4, bar 1 beat 4, 1/8", "D4, bar 2 beat 1, 1/8"]


def test_a_pickup_is_bar_nought_and_counts_from_the_end_of_a_bar() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 24, 62)]), metres=(Metre(0, 1, 4), Metre(24, 3, 4)))
    assert first_bar_number(score.metres) == 0
    assert note_labels(score) == ["C4, bar 0 beat 3, 1/4", "D4, bar 1 beat 1, 1/4"]
