"""Charts of instruments, drums and the tempo of a piece."""

from musicgen.rendering.figures.parts import (
    drum_figure,
    instrument_figure,
    tempo_over_time_figure,
)
from musicgen.score import Score, notes_from
from musicgen.score_fields import TempoChange
from musicgen.statistics.part_statistics import drum_sounds, instruments
from tests.helpers.bands import band_score


def test_instruments_and_drums_have_a_row_each_the_most_frequent_first():
    (bars,) = instrument_figure(instruments([band_score()])).data
    assert bars.orientation == "h" and len(bars.y) == 12
    assert (bars.y[0], bars.x[0]) == ("Drums", 194)
    assert bars.customdata[0][1] == "Drums, 194 notes, 21.2%, in 1 piece"
    (bars,) = drum_figure(drum_sounds([band_score()])).data
    assert list(zip(bars.y, bars.x, strict=True))[-1] == ("Crash Cymbal 1", 2)
    assert len(drum_figure(drum_sounds([])).data) == 0


def test_the_tempo_is_drawn_as_steps_over_seconds():
    notes = notes_from([(0, 96, 60)])
    score = Score(notes, 120.0, tempo_changes=(TempoChange(48, 60.0),))
    (line,) = tempo_over_time_figure(score).data
    assert line.line.shape == "hv"
    assert (line.x.tolist(), line.y.tolist()) == ([0.0, 1.0, 3.0], [120.0, 60.0, 60.0])


def test_a_tempo_after_the_last_note_is_not_drawn():
    score = Score(notes_from([(0, 96, 60)]), 120.0, tempo_changes=(TempoChange(200, 60.0),))
    (line,) = tempo_over_time_figure(score).data
    assert (line.x.tolist(), line.y.tolist()) == ([0.0, 2.0], [120.0, 120.0])


def test_many_changes_of_tempo_are_thinned():
    changes = tuple(TempoChange(i, 60.0 + i % 50) for i in range(1, 5000))
    score = Score(notes_from([(0, 5000, 60)]), tempo_changes=changes)
    (line,) = tempo_over_time_figure(score).data
    assert len(line.x) == 2001 and line.x[-1] == round(score.seconds, 3)
