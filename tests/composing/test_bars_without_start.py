"""New bars are measured without the silence of the beginning that is left out."""

from __future__ import annotations

from dataclasses import replace

from musicgen.composing.bars import without_empty_start
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import TempoChange
from musicgen.statistics.metrics import METRICS

BAR = 4 * 24


def test_the_bar_of_the_first_note_becomes_the_first() -> None:
    late = Score(
        notes_from([(5 * BAR + 24, 24, 60), (6 * BAR, 24, 62)]),
        metres=(Metre(0, 4, 4), Metre(6 * BAR, 3, 4)),
        tempo_changes=(TempoChange(2 * BAR, 90.0), TempoChange(6 * BAR, 60.0)),
    )
    score = without_empty_start(late)
    assert score.notes["start"].tolist() == [24, BAR]
    assert score.metres == (Metre(0, 4, 4), Metre(BAR, 3, 4))
    assert (score.tempo, score.tempo_changes) == (90.0, (TempoChange(BAR, 60.0),))


def test_bars_full_of_notes_have_no_empty_beats() -> None:
    full = Score(notes_from([(8 * BAR + 24 * n, 24, 60) for n in range(16)]))
    assert METRICS["empty beats"](full) > 0.6  # eight bars of the beginning
    new = without_empty_start(full)
    assert METRICS["empty beats"](new) == 0 and METRICS["notes per bar"](new) == 4


def test_pieces_that_begin_at_once_stay_as_they_are() -> None:
    upbeat = Score(
        notes_from([(0, 24, 60), (24, 24, 62)]), metres=(Metre(0, 1, 4), Metre(24, 4, 4))
    )
    for score in (Score(), upbeat, replace(upbeat, metres=(Metre(0, 4, 4),))):
        assert without_empty_start(score) is score
