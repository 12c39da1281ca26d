from musicgen.rendering.words import note_value, note_words, pitch_name
from musicgen.score import Metre, Score, first_bar_number, notes_from


def test_keys_have_names() -> None:
    assert [pitch_name(key) for key in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C#4", "G9"]


def test_durations_are_parts_of_a_whole_note() -> None:
    values = [note_value(ticks) for ticks in (96, 24, 12, 36, 8, 1)]
    assert values == ["1/1", "1/4", "1/8", "3/8", "1/12", "1/96"]


def test_places_count_bars_and_beats_from_one() -> None:
    score = Score(notes_from([(0, 24, 60), (2 * 96 + 36, 12, 61)]))
    assert note_words(score) == ["C4, bar 1 beat 1, 1/4", "C#4, bar 3 beat 2.5, 1/8"]


def test_beats_are_those_of_the_metre() -> None:
    score = Score(notes_from([(36, 12, 60), (72, 12, 62)]), metres=(Metre(0, 6, 8),))
    assert note_words(score) == ["C4, bar 1 beat 4, 1/8", "D4, bar 2 beat 1, 1/8"]


def test_a_pickup_is_bar_nought_and_counts_from_the_end_of_a_bar() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 24, 62)]), metres=(Metre(0, 1, 4), Metre(24, 3, 4)))
    assert first_bar_number(score.metres) == 0
    assert note_words(score) == ["C4, bar 0 beat 3, 1/4", "D4, bar 1 beat 1, 1/4"]
