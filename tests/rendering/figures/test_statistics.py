"""Figures of a small collection: bars, hover texts, axes."""

import numpy as np
import pytest

from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.vocabulary import vocabulary_of
from musicgen.rendering.figures import statistics as figures
from musicgen.rendering.figures.keyboard import keyboard_figure
from musicgen.rendering.figures.vocabulary import coverage_figure, growth_figure, rank_figure
from musicgen.score import Score, notes_from
from musicgen.statistics.pitch_histograms import intervals, note_frequency, pitch_classes, pitches
from musicgen.statistics.rhythm_histograms import (
    durations,
    metres,
    onsets_in_bar,
    polyphony,
    tempi,
    velocities,
)

SCORES = [
    Score(notes_from([(0, 24, 61), (24, 24, 61), (48, 12, 64), (60, 36, 61), (60, 36, 57)])),
    Score(notes_from([(0, 96, 61)]), 90),
]
FIGURES = (
    (lambda scores: figures.note_frequency_figure(note_frequency(scores).combined)),
    (lambda scores: figures.pitch_class_figure(pitch_classes(scores))),
    (lambda scores: figures.interval_figure(intervals(scores))),
    (lambda scores: figures.duration_figure(durations(scores))),
    (lambda scores: figures.onset_figure(onsets_in_bar(scores))),
    (lambda scores: figures.tempo_figure(tempi(scores))),
    (lambda scores: figures.metre_figure(metres(scores))),
    (lambda scores: figures.velocity_figure(velocities(scores))),
    (lambda scores: figures.polyphony_figure(polyphony(scores))),
    (lambda scores: figures.chord_size_figure(note_frequency(scores).sizes)),
)


def vocabulary(scores):
    encoding = fit_encoding("notes", scores)
    return vocabulary_of(encoding, [encoding.encode(score) for score in scores])


def hover_texts(figure):
    """Hover text by label."""
    return {label: text for trace in figure.data for label, text in trace.customdata}


def test_hover_texts_name_what_is_counted():
    figure = figures.note_frequency_figure(note_frequency(SCORES).combined)
    (bars,) = figure.data
    assert list(bars.x) == ["C#4", "E4", "9.1"]
    assert list(bars.y) == [3, 1, 1]
    assert hover_texts(figure)["C#4"] == "C♯4, 3 times, 60.0%, in 2 pieces"
    assert hover_texts(figure)["E4"] == "E4, 1 time, 20.0%, in 1 piece"
    assert hover_texts(figure)["9.1"] == "9.1: A C♯, major third, 1 time, 20.0%, in 1 piece"


def test_the_number_of_bars_and_the_scale_can_be_chosen():
    figure = figures.note_frequency_figure(note_frequency(SCORES).combined, most=2, log=True)
    assert list(figure.data[0].x) == ["C#4", "E4"]
    assert figure.layout.yaxis.type == "log"


def test_large_and_small_numbers():
    text = figures.count_label("C#4", 1204, "times", 0.021, 57)
    assert text == "C#4, 1,204 times, 2.1%, in 57 pieces"
    assert figures.count_label("4/4", 1, "pieces", 0.5, 1) == "4/4, 1 piece, 50.0%"
    assert figures.format_percent(0.0001) == "under 0.1%" and figures.format_percent(0) == "0.0%"


def test_intervals_are_at_their_size_in_semitones():
    (bars,) = figures.interval_figure(intervals(SCORES)).data
    assert dict(zip(bars.x, bars.y, strict=True)) == {-3: 1, 0: 1, 3: 1}
    assert bars.width == 0.85  # of a semitone


def test_wide_leaps_have_a_sentence_and_no_bar():
    pitches = [40, 64, 89, 88]  # 24 and 25 semitones up, 1 down
    wide = intervals([Score(notes_from([(24 * i, 24, p) for i, p in enumerate(pitches)]))])
    (bars,) = figures.interval_figure(wide).data
    assert list(bars.x) == [-1, 24]
    assert figures.describe_wide_intervals(wide) == "Not in the chart: wider leaps, 33.3%."
    assert figures.describe_wide_intervals(intervals(SCORES)) == ""


def test_every_bar_is_wide_enough_to_be_seen():
    scores = [Score(notes_from([(0, 24, 60)]), tempo) for tempo in (60, 90, 91, 300)]
    (bars,) = figures.tempo_figure(tempi(scores)).data
    assert bars.width == 2  # of a scale of 240: as wide as each other, and to be seen
    next_to_each_other = [Score(notes_from([(0, 24, 60)]), tempo) for tempo in (90, 91)]
    (bars,) = figures.tempo_figure(tempi(next_to_each_other)).data
    assert bars.width == 0.85


def test_values_without_a_bar_have_a_sentence():
    frequency = note_frequency(SCORES).combined
    assert (
        figures.describe_omitted(frequency, 1) == "Not in the chart: 2 other values, 40.0% in all."
    )
    assert (
        figures.describe_omitted(frequency, 2) == "Not in the chart: one other value, 20.0% in all."
    )
    assert figures.describe_omitted(frequency, 3) == ""


def test_durations_are_sorted_by_length():
    (bars,) = figures.duration_figure(durations(SCORES)).data
    assert list(bars.x) == ["eighth", "quarter", "dotted quarter", "whole"]


def test_polyphony_is_a_share_of_the_time():
    figure = figures.polyphony_figure(polyphony(SCORES))
    assert hover_texts(figure)["2 notes"] == "2 notes, 18.8% of the time"
    assert figure.layout.xaxis.ticktext == ("1", "2")  # nothing longer fits on a telephone


@pytest.mark.parametrize("draw", FIGURES)
def test_colours_are_left_to_the_theme_and_backgrounds_are_clear(draw):
    figure = draw(SCORES)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.colorway is None
    assert all(trace.marker.color is None for trace in figure.data)


@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_without_data_says_so(draw):
    figure = draw([])
    assert not figure.data
    assert figure.layout.annotations[0].text == "Nothing to count yet"


def test_the_keyboard_has_every_key_once():
    figure = keyboard_figure(pitches(SCORES))
    names = [label for trace in figure.data for label, _ in trace.customdata]
    assert len(names) == len(set(names)) == 88
    assert hover_texts(figure)["C#4"] == "C♯4, 4 times, 66.7%, in 2 pieces"
    assert hover_texts(figure)["C8"] == "C8, never"


def test_white_keys_are_side_by_side_and_black_keys_between():
    positions = {
        label: float(x)
        for trace in keyboard_figure(pitches(SCORES)).data
        for x, (label, _) in zip(trace.x, trace.customdata, strict=True)
    }
    octave = ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5"]
    assert np.diff([positions[name] for name in octave]).tolist() == [1] * 7
    assert positions["C#4"] == positions["C4"] + 0.5
    assert positions["B-4"] == positions["B4"] - 0.5


def test_the_keyboard_grows_with_the_music():
    low = keyboard_figure(pitches([Score(notes_from([(0, 24, 12), (24, 24, 127)]))]))
    names = {label for trace in low.data for label, _ in trace.customdata}
    assert {"C0", "G9"} <= names and len(names) == 116


def test_a_keyboard_without_notes():
    assert set(hover_texts(keyboard_figure(pitches([]))).values()) >= {"C4, never", "B♭3, never"}


def test_curves_of_a_vocabulary():
    words = vocabulary(SCORES)
    (rank,) = rank_figure(words).data
    assert list(rank.x) == [1, 2, 3] and list(rank.y) == [3, 1, 1]
    assert rank.customdata[0] == "rank 1: C#4, 3 times, 60.0%, in 2 pieces"
    (coverage,) = coverage_figure(words).data
    assert list(coverage.y) == pytest.approx([0.6, 0.8, 1.0])
    assert coverage.customdata[1] == "the 2 most frequent are 80.0% of the music"
    (growth,) = growth_figure(words).data
    assert list(growth.y) == [3, 3]
    assert growth.customdata[0] == "3 tokens in the first 1 piece"


@pytest.mark.parametrize("draw", [rank_figure, coverage_figure, growth_figure])
def test_a_curve_without_data_says_so(draw):
    assert draw(vocabulary([])).layout.annotations[0].text == "Nothing to count yet"
