"""Labels of notes: names, note values and positions."""

from musicgen.metres import Metre, first_bar_number
from musicgen.rendering.note_labels import note_labels, note_value_name
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature


def test_a_black_key_is_spelled_in_the_key_of_the_piece() -> None:
    def names(*pitches: int) -> list[str]:
        score = Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate(pitches)]))
        return [label.split(",")[0] for label in note_labels(score)]

    assert names(65, 69, 72, 65, 70, 69, 67, 65) == [
        "F4",
        "A4",
        "C5",
        "F4",
        "B♭4",
        "A4",
        "G4",
        "F4",
    ]
    assert names(64, 68, 71, 64, 70, 71, 66, 64) == [
        "E4",
        "G♯4",
        "B4",
        "E4",
        "A♯4",
        "B4",
        "F♯4",
        "E4",
    ]


def test_a_note_is_named_as_it_is_printed() -> None:
    rows = [(0, 48, 58), (0, 48, 61), (0, 48, 65), (48, 48, 56), (48, 48, 60), (48, 48, 63)]
    score = Score(notes_from(rows), keys=(KeySignature(0, -5),))
    names = [label.split(",")[0] for label in note_labels(score)]
    assert names == ["B♭3", "D♭4", "F4", "A♭3", "C4", "E♭4"]


def test_durations_are_fractions_of_a_whole_note() -> None:
    values = [note_value_name(ticks) for ticks in (96, 24, 12, 36, 8, 1)]
    assert values == ["1/1", "1/4", "1/8", "3/8", "1/12", "1/96"]


def test_bars_and_beats_are_counted_from_1() -> None:
    score = Score(notes_from([(0, 24, 60), (2 * 96 + 36, 12, 62)]))
    assert note_labels(score) == ["C4, bar 1 beat 1, 1/4", "D4, bar 3 beat 2.5, 1/8"]


def test_a_beat_is_the_denominator_of_the_metre() -> None:
    score = Score(notes_from([(36, 12, 60), (72, 12, 62)]), metres=(Metre(0, 6, 8),))
    assert note_labels(score) == ["C4, bar 1 beat 4, 1/8", "D4, bar 2 beat 1, 1/8"]


def test_a_pickup_is_bar_0_and_its_beats_are_the_last_of_a_bar() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 24, 62)]), metres=(Metre(0, 1, 4), Metre(24, 3, 4)))
    assert first_bar_number(score.metres) == 0
    assert note_labels(score) == ["C4, bar 0 beat 3, 1/4", "D4, bar 1 beat 1, 1/4"]
