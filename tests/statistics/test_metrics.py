"""Metrics in small examples, compared with muspy, and in property tests."""

import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.readers.read_score import read_score
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.statistics import pitch_metrics as pitch
from musicgen.statistics import rhythm_metrics as time
from musicgen.statistics.metrics import METRICS, score_metrics

ANSWERS = json.loads((Path(__file__).parent / "muspy_answers.json").read_text())

OURS = {name: metric.function for name, metric in METRICS.items()}
OURS["pitch entropy"] = pitch.pitch_entropy


def score(*rows: tuple[int, ...], metres: tuple[Metre, ...] = (Metre(0, 4, 4),)) -> Score:
    return Score(notes_from(rows), metres=metres)


def piece(row: dict) -> Score:
    """The score of a row of muspy's results."""
    if "notes" in row:
        return score(*map(tuple, row["notes"]))
    (collection,) = [entry for entry in bundled_collections() if entry.name == row["collection"]]
    with zipfile.ZipFile(collection.path) as archive:
        return read_score(archive.read(row["piece"]), row["piece"])


@pytest.mark.parametrize("row", ANSWERS["pieces"], ids=lambda row: row["piece"])
def test_metrics_equal_muspy(row: dict) -> None:
    example = piece(row)
    for name, expected in row["answers"].items():
        ours = OURS[name](example)
        if expected is None:
            assert math.isnan(ours), name
        else:
            assert ours == pytest.approx(expected, abs=1e-9), name


def test_all_metrics_of_muspy_are_compared() -> None:
    names = {name for row in ANSWERS["pieces"] for name in row["answers"]}
    assert len(names) == 10
    assert {row.get("collection") for row in ANSWERS["pieces"]} == {
        None,
        "bach-chorales",
        "ryans-mammoth",
        "string-quartets",
    }


def test_entropy_of_equal_shares() -> None:
    four = score((0, 24, 60), (24, 24, 62), (48, 24, 64), (72, 24, 65))
    assert pitch.pitch_class_entropy(four) == 2.0
    octaves = score((0, 24, 60), (24, 24, 72))
    assert pitch.pitch_class_entropy(octaves) == 0.0
    assert pitch.pitch_entropy(octaves) == 1.0


def test_scale_consistency_is_the_share_in_the_best_scale() -> None:
    g_major = [67, 69, 71, 72, 74, 76, 78]
    notes = [(24 * i, 24, key) for i, key in enumerate([*g_major, 68])]
    assert pitch.scale_consistency(score(*notes)) == 7 / 8


def test_intervals_follow_the_notes_from_low_to_high() -> None:
    example = score((0, 24, 60), (0, 24, 64), (24, 24, 64), (48, 24, 48))
    assert pitch.mean_interval(example) == (4 + 0 + 16) / 3
    assert pitch.repeated_note_share(example) == 1 / 3
    histogram = pitch.interval_histogram(example)
    assert histogram.shape == (25,)
    # From -12 (here -16 too) to +12; the middle is the repeated note.
    assert {int(i) - 12: histogram[i] for i in np.flatnonzero(histogram)} == {
        -12: 1 / 3,
        0: 1 / 3,
        4: 1 / 3,
    }


def test_polyphony_of_two_pitches() -> None:
    example = score((0, 24, 60), (0, 24, 64), (24, 24, 60), (72, 24, 60))
    assert time.polyphony_rate(example) == 24 / 96
    assert time.polyphony(example) == 96 / 72


def test_a_pitch_in_two_parts_counts_once() -> None:
    example = score((0, 48, 60, 80, 0, 0), (12, 12, 60, 80, 0, 1), (40, 20, 60, 80, 0, 1))
    assert time.polyphony(example) == 1.0
    assert time.polyphony_rate(example) == 0.0


def test_empty_beats() -> None:
    assert time.empty_beat_rate(score((0, 24, 60), (72, 24, 60))) == 0.5
    assert time.empty_beat_rate(score((0, 25, 60), (71, 24, 60))) == 0.0
    assert time.empty_beat_rate(score((240, 24, 60))) == 10 / 11


def test_groove_consistency_of_equal_and_different_bars() -> None:
    bars = [(96 * bar + place, 24, 60) for bar in range(3) for place in (0, 24, 36)]
    assert time.groove_consistency(score(*bars)) == 1.0
    other = [(0, 96, 60), (96, 96, 60), (192 + 48, 48, 60)]
    # The third bar has its onset elsewhere: 2 of 96 places differ, in 1 of 2 pairs.
    assert time.groove_consistency(score(*other)) == 1 - (2 / 96) / 2


def test_groove_consistency_compares_bars_of_equal_length() -> None:
    metres = (Metre(0, 4, 4), Metre(96, 3, 4), Metre(168, 2, 4))
    example = score((0, 24, 60), (96, 24, 60), (168, 24, 60), metres=metres)
    assert math.isnan(time.groove_consistency(example))


def test_groove_consistency_of_a_pickup() -> None:
    metres = (Metre(0, 1, 4), Metre(24, 4, 4))
    example = score((0, 24, 60), (24 + 72, 24, 60), metres=metres)
    assert time.groove_consistency(example) == 1.0


def test_density_and_durations() -> None:
    example = score((0, 12, 60), (0, 12, 64), (12, 36, 60), (96, 96, 60))
    assert time.notes_per_bar(example) == 2.0
    assert time.notes_per_beat(example) == 0.5
    assert time.mean_duration(example) == (0.5 + 0.5 + 1.5 + 4) / 4
    assert time.mean_inter_onset(example) == 2.0
    assert time.longest_wait(example) == 3.5
    assert time.duration_entropy(example) == 1.5
    histogram = time.duration_histogram(example)
    assert {int(i): histogram[i] for i in np.flatnonzero(histogram)} == {2: 0.5, 6: 0.25, 16: 0.25}


def test_metrics_of_an_empty_score_are_undefined_except_counts() -> None:
    metrics = score_metrics(Score())
    counts = {"pitch range", "pitches used", "pitch classes used"}
    assert {name for name, value in metrics.items() if value == 0.0} == counts
    assert all(math.isnan(value) for name, value in metrics.items() if name not in counts)
    assert pitch.interval_histogram(Score()).sum() == 0
    assert time.duration_histogram(Score()).sum() == 0


rows = st.lists(
    st.tuples(st.integers(0, 600), st.integers(1, 200), st.integers(40, 60)), min_size=1
)


def roll(example: Score) -> np.ndarray:
    """Piano roll of a score: (end, 128) bool."""
    sounding = np.zeros((example.end, 128), bool)
    for note in example.notes:
        sounding[note["start"] : note["start"] + note["duration"], note["pitch"]] = True
    return sounding


@given(rows)
def test_texture_metrics_equal_those_of_the_piano_roll(notes: list[tuple[int, ...]]) -> None:
    example = score(*notes)
    sounding = roll(example).sum(axis=1)
    assert time.polyphony(example) == pytest.approx(sounding[sounding > 0].mean())
    assert time.polyphony_rate(example) == pytest.approx(np.mean(sounding >= 2))
    beats = [sounding[at : at + 24].any() for at in range(0, example.end, 24)]
    assert time.empty_beat_rate(example) == pytest.approx(1 - np.mean(beats))


@given(rows, st.integers(-40, 60))
def test_metrics_do_not_depend_on_the_key(notes: list[tuple[int, ...]], semitones: int) -> None:
    example = score(*notes)
    assert score_metrics(example) == pytest.approx(
        score_metrics(example.transposed(semitones)), nan_ok=True
    )
