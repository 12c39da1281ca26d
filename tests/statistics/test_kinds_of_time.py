"""Statistics of scores of any resolution, with drums and tempo changes, and of performances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen.corpus.collection import Collection, PieceFile
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part, TempoChange
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.metrics import METRICS, score_metrics
from musicgen.statistics.rhythm_histograms import polyphony
from musicgen.statistics.seconds_histograms import durations, inter_onsets
from tests.helpers.bands import band_score, performance_score
from tests.helpers.score_strategies import scores

IN_SECONDS = {name for name in METRICS if "second" in name}
IN_BEATS = {
    *("groove consistency", "empty beats", "notes per bar", "notes per beat"),
    *("mean duration", "mean inter-onset", "longest wait"),
}


OF_PITCHES = ("note_frequency", "pitches", "pitch_classes", "intervals", "polyphony", "velocities")
OF_TIME = (
    *("durations", "onsets", "metres", "tempi", "seconds_durations", "seconds_between_onsets"),
)
OF_PARTS = ("instruments", "drum_sounds", "pedal")


def analysis(*scores: Score) -> Analysis:
    files = tuple(PieceFile(f"{i}.mid", "MIDI", 1, 0, 100) for i in range(len(scores)))
    return Analysis(Collection("tunes", scores, files))


def table(of: Analysis, name: str) -> list[tuple[str, int]]:
    result = getattr(of, name)
    histogram = result if isinstance(result, Histogram) else result.combined
    return list(zip(histogram.labels, histogram.counts.tolist(), strict=True))


def finer(score: Score, factor: int = 20) -> Score:
    """The same music with more ticks per quarter."""
    return score.at_resolution(score.resolution * factor)


@given(scores())
def test_metrics_do_not_depend_on_the_resolution(score: Score) -> None:
    np.testing.assert_equal(score_metrics(finer(score)), score_metrics(score))
    for name, metric in METRICS.items():
        np.testing.assert_equal(metric(finer(score)), metric(score), err_msg=name)


def test_drums_do_not_enter_metrics() -> None:
    melody = [(24 * i, 24, 60 + i) for i in range(8)]
    beat = [(12 * i, 3, 42, 80, 0, 1) for i in range(17)]
    score = Score(notes_from(melody))
    with_drums = Score(notes_from(melody + beat), parts=(Part(), Part(is_drum=True)))
    np.testing.assert_equal(score_metrics(with_drums), score_metrics(score))


def test_performances_are_measured_in_seconds() -> None:
    """Four notes in 3/8 of a second, the last two of them twice as fast."""
    notes = notes_from([(96 * i, 96, 60 + i) for i in range(4)])
    changes = (TempoChange(192, 480.0),)  # the last two pass in half of the time
    score = Score(notes, 240.0, (Metre(0, 3, 4),), tempo_changes=changes, resolution=192)
    metrics = score_metrics(replace(score, is_performance=True))
    assert metrics["notes per second"] == pytest.approx(4 / 0.375, rel=0.02)
    assert metrics["mean duration in seconds"] == pytest.approx(0.375 / 4, abs=0.01)
    assert metrics["longest wait in seconds"] == pytest.approx(0.125, abs=0.01)
    assert {name for name in IN_BEATS if not math.isnan(metrics[name])} == set()
    assert {name for name in IN_SECONDS if math.isnan(metrics[name])} == set()
    on_beat = score_metrics(score)
    assert {name for name in IN_SECONDS if not math.isnan(on_beat[name])} == set()
    assert on_beat["mean duration"] == 0.5


@settings(max_examples=25, deadline=None)
@given(st.lists(scores(most=20), min_size=1, max_size=3))
def test_the_analysis_does_not_depend_on_the_resolution(pieces: list[Score]) -> None:
    coarse, fine = analysis(*pieces), analysis(*map(finer, pieces))
    for name in (*OF_PITCHES, *OF_TIME, *OF_PARTS):
        assert table(fine, name) == table(coarse, name), name
    pd.testing.assert_frame_equal(fine.files, coarse.files, rtol=1e-9)
    assert fine.splits == coarse.splits
    assert fine.overview.seconds == pytest.approx(coarse.overview.seconds)
    assert fine.parts == coarse.parts
    assert fine.vocabulary("notes").tokens == coarse.vocabulary("notes").tokens


def test_drums_do_not_enter_statistics_of_pitch_and_time() -> None:
    band = band_score()
    with_drums, without = analysis(band), analysis(band.pitched)
    for name in (*OF_PITCHES, *OF_TIME):
        assert table(with_drums, name) == table(without, name), name
    assert with_drums.splits == without.splits
    assert with_drums.overview.pitched_notes == without.overview.notes == len(band.pitched)
    assert with_drums.overview.notes == len(band)
    row = with_drums.files.iloc[0]
    assert (row["notes"], row["drum notes"], row["parts"]) == (914, 194, 12)
    assert (row["key signature"], row["tempo changes"]) == ("E♭ major, F♯ minor", 2)
    assert row["estimated key"] == without.files.iloc[0]["estimated key"] == "E♭ major"


def test_a_performance_has_no_metre_and_no_bars_and_is_counted_in_seconds() -> None:
    both = analysis(band_score(), performance_score())
    assert both.performances == 1
    for name in ("durations", "onsets", "metres", "tempi"):
        assert table(both, name) == table(analysis(band_score()), name), name
    for name in ("seconds_durations", "seconds_between_onsets"):
        assert table(both, name) == table(analysis(performance_score()), name), name
        assert set(np.concatenate(getattr(both, name).piece_indices)) == {1}
    assert both.files["time"].tolist() == ["on the beat", "performance"]
    assert both.files["bars"].isna().tolist() == [False, True]
    assert both.files["metre"].tolist() == ["4/4", ""]
    assert both.files["tempo"].isna().tolist() == [False, True]


def test_times_of_performances_are_counted_in_bins_of_a_twentieth_of_a_second() -> None:
    rows = [(0, 24, 60), (0, 24, 64), (30, 40, 62), (56, 500, 60)]  # ticks of 10 ms
    played = Score(notes_from(rows), resolution=50, is_performance=True)
    assert durations([Score(notes_from(rows)), played]).labels == (
        *("0.20 to 0.25 s", "0.40 to 0.45 s", "2 s and longer"),
    )
    assert durations([played]).values.tolist() == [0.2, 0.4, 2.0]
    assert inter_onsets([played]).labels == ("0.25 to 0.30 s", "0.30 to 0.35 s")
    assert len(inter_onsets([])) == len(durations([Score()])) == 0


def test_time_at_which_notes_sound_counts_alike_in_pieces_of_both_kinds() -> None:
    """A quarter on the beat weighs as much as half a second of a performance."""
    quarter = Score(notes_from([(0, 24, 60)]))
    half_a_second = Score(
        notes_from([(0, 50, 60), (0, 50, 64)]), resolution=50, is_performance=True
    )
    assert polyphony([quarter, half_a_second]).shares.tolist() == [0.5, 0.5]


def test_a_piece_of_drums_alone_is_analysed() -> None:
    drums = Score(notes_from([(0, 6, 36), (24, 6, 38)]), parts=(Part(is_drum=True),))
    of = analysis(drums)
    of.precompute()
    assert len(of.pitches) == 0 and len(of.drum_sounds) == 2
    assert of.files["estimated key"].tolist() == [""]
    assert "Drums do not count" in of.overview.verdict
