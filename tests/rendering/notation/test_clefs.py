"""Clefs and octave signs of the staves of a score."""

from musicgen.rendering.notation.clefs import (
    ALTO,
    BASS,
    OCTAVE_BASS,
    PERCUSSION,
    TENOR_VOICE,
    TREBLE,
    OctaveShift,
)
from musicgen.rendering.notation.staves import Staff, printed_parts, written_parts
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part

BAR = 96


def staff(pitches: list[int], part: Part) -> Staff:
    """The first staff of a part that plays a pitch in each bar."""
    rows = [(n * BAR, BAR, pitch, 80, part.program) for n, pitch in enumerate(pitches)]
    return written_parts(Score(notes_from(rows), parts=(part,)))[0].staves[0]


def test_a_clef_fits_the_instrument() -> None:
    assert staff([67, 72], Part("Flute", 73)).clefs[0] == TREBLE
    assert staff([45, 50], Part("Cello", 42)).clefs[0] == BASS
    assert staff([55, 60], Part("Viola", 41)).clefs[0] == ALTO
    assert staff([33, 40], Part("Bass", 33)).clefs[0] == OCTAVE_BASS
    assert staff([45, 64], Part("Guitar", 25)).clefs[0] == TENOR_VOICE
    assert staff([36, 42], Part("Kit", 0, True)).clefs[0] == PERCUSSION


def test_a_tenor_voice_has_a_treble_clef_an_octave_lower() -> None:
    assert staff([50, 55, 60, 65], Part("Tenor", 52)).clefs[0] == TENOR_VOICE
    assert staff([43, 48, 55], Part("Bass", 52)).clefs[0] == BASS
    assert staff([57, 62, 69], Part("Alto", 52)).clefs[0] == TREBLE


def test_the_third_of_four_like_parts_is_a_tenor() -> None:
    rows = [(0, BAR, pitch, 80, 19, n) for n, pitch in enumerate([69, 64, 55, 45])]
    rows += [(BAR, BAR, pitch, 80, 19, n) for n, pitch in enumerate([72, 60, 52, 40])]
    parts = written_parts(Score(notes_from(rows)))
    clefs = [part.staves[0].clefs[0] for part in parts]
    assert clefs == [TREBLE, TREBLE, TENOR_VOICE, BASS]


def test_a_part_that_goes_down_for_long_changes_its_clef() -> None:
    notated = staff([72, 76, 72, 40, 43, 45, 40, 72, 76, 72], Part("Piano"))
    assert [clef == BASS for clef in notated.clefs] == [False] * 3 + [True] * 4 + [False] * 3


def test_an_octave_sign_stands_where_ledger_lines_pile_up() -> None:
    notated = staff([84, 91, 93, 84, 67], Part("Violin", 40))
    assert notated.shifts == [OctaveShift(1, 2, 1)]
    assert staff([84, 86, 84], Part("Violin", 40)).shifts == []


def test_a_bar_that_reaches_down_has_no_octave_sign() -> None:
    rows = [(0, 48, 60, 80, 40), (48, 48, 96, 80, 40)]
    [part] = written_parts(Score(notes_from(rows)))
    assert part.staves[0].shifts == []


def test_empty_parts_are_not_printed() -> None:
    parts = (Part("Violin", 40), Part("Silent", 41, track=1))
    score = Score(notes_from([(0, 24, 67, 80, 40)]), parts=parts)
    assert [part.name for part in printed_parts(score)] == ["Violin"]
    assert [part.name for part in written_parts(score)] == ["Violin", "Silent"]
