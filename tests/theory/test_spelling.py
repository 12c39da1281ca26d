"""Names of notes and chords, compared with music21."""

import pytest

from musicgen.theory.spelling import (
    chord_name,
    describe_mask,
    mask_name,
    mask_notes,
    normal_order,
    pitch_class_mask,
    pitch_name,
)


def test_chord_names():
    assert chord_name([57, 64]) == "4.9"
    assert chord_name([60, 64, 67]) == chord_name([43, 52, 72]) == "0.4.7"
    assert chord_name([57, 60, 64]) == "9.0.4"
    assert chord_name([62, 65, 70]) == "10.2.5"
    assert chord_name([60, 72]) == "0"


def test_pitch_names():
    assert [pitch_name(key) for key in (21, 40, 60, 61, 63, 66, 68, 70, 108)] == [
        *("A0", "E2", "C4", "C#4", "E-4", "F#4", "G#4", "B-4", "C8")
    ]


def test_the_empty_set_has_an_empty_name():
    assert normal_order(0) == () and mask_name(0) == ""


@pytest.mark.parametrize(
    ("pitches", "words"),
    [
        ((48, 64, 67), "C E G, C major triad"),
        ((52, 60, 67), "C E G, C major triad"),
        ((57, 60, 64), "A C E, A minor triad"),
        ((63, 67, 70, 73), "E♭ G B♭ D♭, E♭ dominant seventh"),
        ((71, 74, 77), "B D F, B diminished triad"),
        ((61, 65, 68), "D♭ F A♭, D♭ major triad"),
        ((61, 64, 68), "C♯ E G♯, C♯ minor triad"),
        ((63, 66, 70), "E♭ G♭ B♭, E♭ minor triad"),
        ((56, 59, 63), "G♯ B D♯, G♯ minor triad"),
        ((60, 63, 66, 69), "F♯ A C E♭, F♯ diminished seventh"),
        ((52, 56), "E G♯, major third"),
        ((61, 65), "D♭ F, major third"),
        ((65, 70), "F B♭, fourth"),
        ((60, 67), "G C, fourth"),
        ((60, 72), "C in unison or octaves"),
        ((60, 61, 62), "C C♯ D"),
    ],
)
def test_descriptions_of_chords(pitches: tuple[int, ...], words: str) -> None:
    assert describe_mask(pitch_class_mask(pitches)) == words


def test_a_chord_is_one_word_of_its_notes() -> None:
    words = [mask_notes(pitch_class_mask(chord)) for chord in ((64, 68), (57, 60, 64), (63, 75))]
    assert words == ["E\u2013G♯", "A\u2013C\u2013E", "E♭ 8ve"]


@pytest.mark.slow
def test_normal_order_of_all_sets_equals_music21():
    from music21 import chord, note

    notes = [note.Note(pitch_class) for pitch_class in range(12)]
    for mask in range(1, 4096):
        members = [member for pitch_class, member in enumerate(notes) if mask >> pitch_class & 1]
        assert list(normal_order(mask)) == chord.Chord(members).normalOrder


@pytest.mark.slow
def test_all_pitch_names_equal_music21():
    from music21 import pitch

    for key in range(128):
        spelled = pitch.Pitch()
        spelled.midi = key
        assert pitch_name(key) == str(spelled)
