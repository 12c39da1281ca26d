"""Piano roll: traces, hover texts, marks, axes."""

import numpy as np
import pytest

from musicgen.metres import Metre
from musicgen.rendering.figures.roll import (
    MARK_COLOUR,
    PRIMER_COLOUR,
    SHARED_COLOUR,
    Mark,
    piano_roll,
)
from musicgen.rendering.part_colours import part_colour
from musicgen.score import Score, notes_from
from tests.helpers.bands import band_score, performance_score

TUNE = Score(notes_from([(0, 24, 60), (24, 12, 61, 127), (96, 48, 64, 40, 0, 1)]))


def test_every_part_is_one_trace_in_its_own_colour() -> None:
    first, second = piano_roll(TUNE).data
    assert (first.name, second.name) == ("Acoustic Grand Piano 1", "Acoustic Grand Piano 2")
    assert first.base.tolist() == [0, 1] and second.base.tolist() == [4]
    assert first.y.tolist() == [60, 61] and second.y.tolist() == [64]
    assert [first.marker.color, second.marker.color] == [part_colour(0), part_colour(1)]


def test_hover_texts_name_pitch_position_and_note_value() -> None:
    first, second = piano_roll(TUNE).data
    assert list(first.customdata) == [
        "C4, bar 1 beat 1, 1/4",
        "D♭4, bar 1 beat 2, 1/8",
    ]  # as printed
    assert list(second.customdata) == ["E4, bar 2 beat 1, 1/2"]


def test_velocity_is_opacity() -> None:
    first, _ = piano_roll(TUNE).data
    assert first.marker.opacity == pytest.approx([0.35 + 0.65 * 80 / 127, 1.0])


def test_the_primer_is_a_trace_of_its_own() -> None:
    primer, *others = piano_roll(TUNE, primer_notes=2).data
    assert (primer.name, primer.marker.color, primer.y.tolist()) == (
        "beginning",
        PRIMER_COLOUR,
        [60, 61],
    )
    assert [trace.y.tolist() for trace in others] == [[64]]


def test_marked_notes_are_outlined_and_have_a_label() -> None:
    first, second = piano_roll(TUNE, marks=[Mark(1, 3, "bar 4 of <b>x</b>")]).data
    assert first.marker.line.width.tolist() == [0, 2] and second.marker.line.width.tolist() == [2]
    assert first.marker.line.color[1] == MARK_COLOUR
    mild = piano_roll(TUNE, marks=[Mark(1, 3, "bar 4", shared=True), Mark(2, 3, "bar 5")]).data[0]
    copied = piano_roll(TUNE, marks=[Mark(2, 3, "bar 5"), Mark(1, 3, "bar 4", shared=True)]).data[1]
    assert (mild.marker.line.color[1], mild.marker.line.width[1]) == (SHARED_COLOUR, 1)
    assert (copied.marker.line.color[0], copied.marker.line.width[0]) == (MARK_COLOUR, 2)
    assert first.customdata[1].endswith("<br>bar 4 of &lt;b&gt;x&lt;/b&gt;")


def test_bars_and_keys_are_named_on_the_axes() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 72, 71)]), metres=(Metre(0, 1, 4), Metre(24, 3, 4)))
    layout = piano_roll(score).layout
    assert layout.xaxis.tickvals.tolist() == [0, 1, 4]
    assert layout.xaxis.ticktext == ("0", "1", "2")
    assert layout.yaxis.ticktext == ("B3", "C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5")


def test_parts_have_their_names_and_drums_their_lanes() -> None:
    figure = piano_roll(band_score())
    names = [trace.name for trace in figure.data]
    assert names[0] == "Lead Flute" and names[-1] == "Drums" and len(names) == 12
    lanes = figure.layout.yaxis.ticktext[:5]
    assert lanes[:2] == ("Bass Drum 1", "Acoustic Snare")
    below = figure.layout.yaxis.tickvals[: len(set(figure.data[-1].y.tolist()))]
    assert set(figure.data[-1].y.tolist()) == set(below)
    keys = [y for trace in figure.data[:-1] for y in trace.y.tolist()]
    assert max(below) < min(keys)


def test_the_time_of_a_performance_is_in_seconds() -> None:
    score = performance_score(60)
    [trace] = piano_roll(score).data
    axis = piano_roll(score).layout.xaxis
    assert trace.base.tolist() == pytest.approx(score.seconds_at(score.notes["start"]).tolist())
    assert axis.title.text == "minutes and seconds" and axis.ticktext[1] == "0:02"


def test_ten_thousand_notes_are_few_traces() -> None:
    rng = np.random.default_rng(0)
    rows = [(6 * n, 12, int(rng.integers(21, 109)), 80, 0, n % 3) for n in range(10_000)]
    figure = piano_roll(Score(notes_from(rows)), primer_notes=100)
    assert len(figure.data) == 4
    assert sum(len(trace.y) for trace in figure.data) == 10_000
    assert len(figure.layout.xaxis.tickvals) <= 24


def test_an_empty_score_is_an_empty_figure_with_axes() -> None:
    figure = piano_roll(Score())
    assert not figure.data
    assert "C4" in figure.layout.yaxis.ticktext
