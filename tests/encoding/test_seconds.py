"""Events of performances: a clock of 10 ms, no bars, and beats where the collection has them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import BEATS, SECONDS
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.registry import encoding_from_json, fit_encoding
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part, TempoChange
from tests.helpers.bands import band_score, performance_score

IN_SECONDS = EventsEncoding(clock="seconds")


def test_a_unit_is_10_ms_whatever_the_ticks_of_the_file():
    # At 120 and 480 ticks per quarter a second has 960 ticks.
    rows = [(960, 480, 60, 80), (960 + 240, 960, 64, 80), (960 * 8, 960 * 7, 67, 80)]
    score = Score(notes_from(rows), resolution=480, is_performance=True)
    assert IN_SECONDS.encode(score).fields.tolist() == [
        [100, 60 - 21, 49],
        [25, 64 - 21, 99],
        [600, 67 - 21, 599],  # 6.75 s and 7 s are cut to 6
    ]


def test_what_is_decoded_is_a_performance():
    decoded = IN_SECONDS.decode(IN_SECONDS.encode(performance_score()))
    assert decoded.is_performance
    assert (decoded.resolution, decoded.tempo, decoded.bars > 0) == (50, 120, True)
    assert decoded == IN_SECONDS.canonical(performance_score())
    assert IN_SECONDS.encode(decoded).fields.tolist() == (
        IN_SECONDS.encode(performance_score()).fields.tolist()
    )
    played = performance_score().notes
    error = decoded.seconds_at(decoded.notes["start"]) - played["start"] / 960
    assert np.abs(error).max() <= 0.005 + 1e-9


def test_pieces_on_the_beat_are_encoded_in_seconds_through_their_tempo_map():
    score = Score(
        notes_from([(0, 24, 60), (24, 24, 62), (48, 24, 64)]),
        60.0,
        tempo_changes=(TempoChange(24, 120.0),),
    )
    assert IN_SECONDS.encode(score).fields[:, 0].tolist() == [0, 100, 50]
    assert IN_SECONDS.encode(score).fields[:, 2].tolist() == [99, 49, 49]


def test_performances_in_a_collection_on_the_beat_are_encoded_by_the_beats_of_their_file():
    score = replace(performance_score(), resolution=480)
    as_beats = replace(score, is_performance=False)
    beats = EventsEncoding()
    assert np.array_equal(beats.encode(score).fields, beats.encode(as_beats).fields)


def test_the_clock_is_that_of_most_notes():
    few, many = Score(notes_from([(0, 24, 60)] * 1)), performance_score()
    assert fit_encoding("events", [few, many]).grid is SECONDS
    assert fit_encoding("events", [band_score(), performance_score(100)]).grid is BEATS
    assert fit_encoding("events", []).grid is BEATS


def test_drums_are_left_out_of_the_steps():
    band = band_score()
    drums = sum(part.is_drum for part in band.parts)
    assert drums == 1
    encoding = fit_encoding("events", [band])
    assert np.array_equal(encoding.encode(band).fields, encoding.encode(band.pitched).fields)
    only_drums = Score(notes_from([(0, 24, 36)]), parts=(Part("Drums", is_drum=True),))
    assert not len(encoding.encode(only_drums))
    assert not len(NotesEncoding().encode(only_drums))


def test_the_clock_has_no_bars():
    steps = IN_SECONDS.encode(performance_score(50))
    features = IN_SECONDS.features(steps)
    assert not features["clock"].any()
    tracker = IN_SECONDS.tracker(1, steps, 12)
    for number, fields in enumerate(steps.fields):
        now = tracker.features()
        for name, values in features.items():
            assert np.allclose(now[name][0], values[number], atol=1e-6), name
        tracker.push(fields[None])


def test_an_encoding_without_a_clock_in_its_json_is_of_beats():
    old = {"name": "events", "velocity": True, "program": False}
    assert encoding_from_json(old) == EventsEncoding(velocity=True)
    assert encoding_from_json(IN_SECONDS.to_json()) == IN_SECONDS


def test_the_text_of_a_step_is_in_seconds():
    score = Score(notes_from([(0, 480, 60), (240, 960, 64)]), resolution=480, is_performance=True)
    assert IN_SECONDS.tokens(IN_SECONDS.encode(score)) == [
        "onset +0 s, pitch C4, duration 0.5 s",
        "onset +0.25 s, pitch E4, duration 1 s",
    ]


@pytest.mark.parametrize(("gap_ms", "tokens"), [(30, 1), (60, 3)])
def test_chords_of_performances_are_keys_struck_within_40_ms(gap_ms: int, tokens: int):
    ticks = gap_ms * 960 // 1000 // 2
    rows = (
        [(0, 400, 60), (ticks, 900, 64), (2 * ticks, 650, 67)]
        if tokens == 1
        else [(0, 400, 60), (2 * ticks, 900, 64), (4 * ticks, 650, 67)]
    )
    score = Score(notes_from(rows), resolution=480, is_performance=True)
    assert len(NotesEncoding.for_scores([score]).encode(score)) == tokens
