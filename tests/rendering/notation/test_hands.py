"""Division of keyboard parts between two staves."""

from musicgen.rendering.notation.hands import needs_two_staves, split_hands
from musicgen.score import Score, notes_from


def test_a_melody_and_close_chords_stay_on_one_staff() -> None:
    melody = Score(notes_from([(0, 24, 50), (24, 24, 70)])).notes
    chords = Score(notes_from([(0, 24, 52), (0, 24, 60), (24, 24, 65), (24, 24, 60)])).notes
    high = Score(notes_from([(0, 24, 59), (0, 24, 80)])).notes
    assert not needs_two_staves(melody, is_piano=True)
    assert not needs_two_staves(chords, is_piano=False)
    assert not needs_two_staves(high, is_piano=False)


def test_two_hands_have_two_staves() -> None:
    notes = Score(notes_from([(0, 24, 40), (0, 24, 80)])).notes
    assert needs_two_staves(notes, is_piano=False)
    assert [staff["pitch"].tolist() for staff in split_hands(notes)] == [[80], [40]]


def test_a_hand_that_goes_beyond_middle_c_keeps_its_notes() -> None:
    """The left hand's C4 and E4 stay with it while the right plays an octave higher."""
    left = [(24 * n, 24, pitch) for n, pitch in enumerate([48, 55, 60, 64, 60, 55])]
    right = [(24 * n, 24, pitch) for n, pitch in enumerate([76, 79, 84, 88, 84, 79])]
    upper, lower = split_hands(Score(notes_from(left + right)).notes)
    assert lower["pitch"].tolist() == [48, 55, 60, 64, 60, 55]
    assert upper["pitch"].tolist() == [76, 79, 84, 88, 84, 79]


def test_a_piano_with_chords_around_middle_c_has_two_staves() -> None:
    notes = Score(notes_from([(0, 24, 52), (0, 24, 60), (0, 24, 64), (24, 24, 57)])).notes
    assert needs_two_staves(notes, is_piano=True)


def test_a_close_chord_is_played_by_one_hand() -> None:
    rows = [(0, 24, 56), (0, 24, 60), (0, 24, 63), (24, 24, 51), (24, 24, 55), (24, 24, 58)]
    assert {len(hand) for hand in split_hands(Score(notes_from(rows)).notes)} == {0, 6}
