"""Bars, pickups and tied notes."""

from musicgen.metres import Metre
from musicgen.rendering.notation.bars import Bar, notated_chords, written_bars
from musicgen.score import Score, notes_from
from tests.rendering.rendered_scores import CHANGES, PICKUP


def test_bars_end_where_the_music_ends() -> None:
    assert [bar.start for bar in written_bars(Score(notes_from([(0, 96, 60)])))] == [0]
    assert [bar.start for bar in written_bars(Score(notes_from([(0, 97, 60)])))] == [0, 96]
    assert [bar.start for bar in written_bars(Score())] == [0]
    bars = written_bars(Score(notes_from([(0, 500, 60)]), metres=CHANGES))
    assert [(bar.start, bar.stop) for bar in bars[5:7]] == [(360, 370), (370, 430)]


def test_a_pickup_is_notated_in_the_metre_that_follows() -> None:
    bars = written_bars(Score(notes_from([(0, 120, 60)]), metres=PICKUP))
    assert bars == [Bar(0, 0, 24, Metre(24, 4, 4), True), Bar(1, 24, 120, Metre(24, 4, 4), False)]
    assert [bar.padding for bar in bars] == [72, 0]


def test_a_long_note_is_tied_over_bar_lines() -> None:
    score = Score(notes_from([(84, 120, 60)]))
    bars = notated_chords(score.notes, written_bars(score))
    ties = [[(chord.offset, chord.ticks, chord.tie) for chord in voices[0]] for voices in bars]
    assert ties == [[(84, 12, "start")], [(0, 96, "continue")], [(0, 12, "stop")]]


def test_a_short_note_has_no_tie() -> None:
    score = Score(notes_from([(0, 24, 60)]))
    [[chord]] = notated_chords(score.notes, written_bars(score))[0].values()
    assert (chord.offset, chord.ticks, chord.tie) == (0, 24, "")
