"""Styles measured from pieces."""

from musicgen.composing.settings import MAX_SILENCE_QUARTERS
from musicgen.composing.style.measuring import measure_styles
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from tests.helpers.tiny_music import band_pieces

THREE_FOUR = (Metre(0, 3, 4),)
WITH_UPBEAT = (Metre(0, 1, 8), Metre(12, 3, 4))


def repeated_note(metre: Metre, tempo: float, program: int) -> Score:
    return Score(notes_from([(0, 24, 60, 80, program)] * 4), tempo, (metre,))


WALTZES = [repeated_note(Metre(0, 3, 4), tempo, 40) for tempo in (90.0, 100.0, 150.0)]
REELS = [repeated_note(Metre(0, 2, 4), 120.0, 110)]


def test_every_metre_has_its_share_median_tempo_and_most_common_programme() -> None:
    styles = measure_styles([*WALTZES, *REELS, Score()])
    assert [(style.metre, style.share, style.tempo, style.program) for style in styles] == [
        ("3/4", 0.75, 100.0, 40),
        ("2/4", 0.25, 120.0, 110),
    ]
    assert measure_styles([]) == ()


def test_rare_metres_are_left_out() -> None:
    assert [style.metre for style in measure_styles(WALTZES * 50 + REELS)] == ["3/4"]


def test_upbeats_keys_parts_and_pitch() -> None:
    tune = [(24 * n, 24, pitch) for n, pitch in enumerate((67, 72, 76, 79, 72, 71, 72))]
    rows = [*tune, (0, 24, 52, 80, 0, 1)]
    with_upbeat, without = (
        Score(notes_from(rows), 100.0, metres) for metres in (WITH_UPBEAT, THREE_FOUR)
    )
    [style] = measure_styles([with_upbeat, without, without, without.transposed(2)])
    assert style.pickups == {"0": 0.75, "0.5": 0.25}
    assert style.keys == {"C major": 0.75, "D major": 0.25}
    assert style.parts == 2
    assert round(style.pitch, 3) == round(float(without.notes["pitch"].mean()) + 0.5, 3)
    assert round(style.spread, 3) == 0.866


def test_span_silence_and_forms() -> None:
    third, octave = ([(0, 12, 60), (24, 12, 60 + up), (36, 1, 60)] for up in (4, 12))
    next_bar = [(start + 72, duration, pitch) for start, duration, pitch in third]
    repeated, single = (
        Score(notes_from(rows), 100.0, THREE_FOUR) for rows in (third + next_bar, octave)
    )
    [style] = measure_styles([repeated, single, single, single])
    assert style.span == 12
    assert style.silence == 1.401  # 35 ticks in one of four pieces, else 12: 98th percentile
    assert style.forms == ("AA", "A", "A", "A")


def test_pieces_without_silence_allow_a_quarter() -> None:
    assert {style.silence for style in measure_styles(WALTZES)} == {1.0}


def test_silence_of_parts_is_measured_unless_drums_play_on() -> None:
    rows = [(0, 24, 60), (24 * 4, 24, 62), (24 * 5, 24, 64)]  # three quarters of silence
    [style] = measure_styles([Score(notes_from(rows))] * 3, PartsEncoding())
    assert style.silence == 3.0
    [band, *_] = measure_styles(band_pieces(), PartsEncoding())
    assert band.silence == MAX_SILENCE_QUARTERS
