"""Instruments, drum sounds, pedal and parts by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.corpus.readers.read_score import read_score
from musicgen.score import Score, notes_from
from musicgen.score_fields import PEDAL_DTYPE as PEDAL
from musicgen.score_fields import Part, TempoChange, pedal_changes
from musicgen.statistics.part_statistics import (
    PartSummary,
    drum_sounds,
    instruments,
    pedal_histogram,
    pedal_share,
    pedal_shares,
    summarise_parts,
)
from tests.helpers.bands import BAND_BARS, band_midi, band_score

NOTES = notes_from([(0, 24, 60), (24, 24, 63), (0, 96, 40, 80, 33, 1), (0, 6, 36, 80, 0, 2)])
PARTS = (Part("Melody"), Part("", 33), Part("Beat", is_drum=True))
SCORE = Score(NOTES, parts=PARTS)


def counts(histogram):
    return dict(zip(histogram.labels, histogram.counts.tolist(), strict=True))


def test_parts_are_summarised_by_name_and_instrument():
    bass = "Electric Bass (finger)"
    assert summarise_parts([SCORE, SCORE.transposed(2)]) == [
        PartSummary("Melody", "Acoustic Grand Piano", 2, 4, 60, 65),
        PartSummary(bass, bass, 2, 2, 40, 42),
        PartSummary("Beat", "Drums", 2, 2, None, None),
    ]
    assert summarise_parts([]) == []


def test_instruments_count_all_drums_as_one():
    jazz = replace(SCORE, parts=(*PARTS[:2], Part("", is_drum=True)))
    assert counts(instruments([SCORE, jazz])) == {
        "Acoustic Grand Piano": 4,
        "Electric Bass (finger)": 2,
        "Drums": 2,
    }
    assert instruments([SCORE, jazz.pitched]).pieces_with("Drums") == [0]
    assert counts(instruments([])) == counts(drum_sounds([])) == {}


def test_the_drums_of_a_band_are_counted_by_their_names():
    for score in (band_score(), read_score(band_midi(), "band.mid")):
        assert counts(drum_sounds([score])) == {
            "Bass Drum 1": 2 * BAND_BARS,
            "Acoustic Snare": 2 * BAND_BARS,
            "Closed Hi Hat": 7 * BAND_BARS,
            "Open Hi Hat": BAND_BARS,
            "Crash Cymbal 1": 2,
        }


def with_pedal(*spans: tuple[int, int, int]) -> Score:
    """Four quarters at 120, the last two twice as fast, with pedal (start, duration, part)."""
    notes = notes_from([(0, 96, 60), (0, 96, 40, 80, 33, 1)])
    changes = pedal_changes(np.array(sorted(spans), PEDAL))
    tempo = (TempoChange(48, 240.0),)
    return Score(notes, 120.0, tempo_changes=tempo, pedal_changes=changes)


@pytest.mark.parametrize(
    "spans, share",
    [
        ((), 0.0),
        (((0, 96, 0),), 1.0),
        (((0, 48, 0),), 2 / 3),  # the slow half
        (((0, 24, 0), (12, 36, 1)), 2 / 3),  # the pedals of two parts overlap
        (((72, 500, 0),), 1 / 6),  # held beyond the last note
    ],
)
def test_pedal_share_is_of_the_time_in_seconds(spans, share):
    assert pedal_share(with_pedal(*spans)) == pytest.approx(share)


def test_pieces_are_counted_by_pedal_share():
    pieces = [with_pedal(), with_pedal((0, 48, 0)), with_pedal((0, 96, 0)), Score()]
    histogram = pedal_histogram(pedal_shares(pieces))
    assert counts(histogram) == {"no pedal": 2, "60 to 70%": 1, "90 to 100%": 1}
    assert histogram.pieces_with("no pedal") == [0, 3]
