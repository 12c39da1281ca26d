"""Encodings by name, and descriptions of them from strangers."""

import json
from dataclasses import replace

import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.registry import (
    ENCODINGS,
    encoding_from_json,
    fit_encoding,
    suited_encoding,
)
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson
from musicgen.score import Score, notes_from
from musicgen.theory.chosen_parts import only_parts
from tests.helpers.tiny_music import band_pieces, tiny_pieces

SCORES = [Score(notes_from([(0, 24, 60, 90), (0, 24, 64, 90), (24, 24, 62, 70)]))]


def test_encodings_by_name() -> None:
    assert ENCODINGS == ("notes", "events", "parts")
    assert fit_encoding("notes", SCORES) == NotesEncoding(((60, 64), (62,)))
    assert fit_encoding("events", SCORES) == EventsEncoding(velocity=True)


def test_features_of_parts_can_be_left_out() -> None:
    whole = fit_encoding("parts", band_pieces(2))
    assert isinstance(whole, PartsEncoding) and whole.bars_ago and whole.intervals
    less = fit_encoding("parts", band_pieces(2), ["bars_ago", "intervals"])
    assert less == replace(whole, bars_ago=False, intervals=False)
    assert whole.feature_widths.keys() - less.feature_widths.keys() == {"bars_ago"}
    assert fit_encoding("events", SCORES, ["bars_ago"]) == EventsEncoding(velocity=True)


def test_music_of_several_parts_or_drums_suits_parts_and_other_music_events() -> None:
    only_drums = only_parts(band_pieces(1)[0], [3])
    assert suited_encoding(band_pieces(3, drums=False)) == "parts"
    assert suited_encoding([only_drums]) == "parts"
    assert suited_encoding(tiny_pieces(3)) == suited_encoding([]) == "events"
    assert suited_encoding([*tiny_pieces(2), *band_pieces(2)]) == "events"
    assert suited_encoding([*tiny_pieces(2), *band_pieces(3)]) == "parts"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidSetting, match="'remi' is not one of notes, events, parts"):
        fit_encoding("remi", SCORES)


@pytest.mark.parametrize(
    "encoding",
    [FramesEncoding(), *(fit_encoding(name, iter(SCORES)) for name in ENCODINGS)],
    ids=lambda encoding: encoding.name,
)
def test_json_round_trip(encoding: Encoding) -> None:
    assert encoding_from_json(json.loads(json.dumps(encoding.to_json()))) == encoding


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (None, "Expected `object`"),
        ([], "Expected `object`"),
        ({}, "missing required field `name`"),
        ({"name": "remi"}, "'remi' is not one of notes, events, frames"),
        ({"name": ["events"]}, "Expected `str`"),
        ({"name": "frames", "voices": 3}, "unknown field `voices`"),
        ({"name": "events"}, "missing required field `velocity`"),
        ({"name": "events", "velocity": 1, "program": False}, "Expected `bool`"),
        ({"name": "events", "velocity": True, "program": False, "x": 1}, "unknown field `x`"),
        ({"name": "notes"}, "missing required field `voicings`"),
        ({"name": "notes", "voicings": ["C4"]}, "Expected `object`"),
        ({"name": "notes", "voicings": {}}, "length >= 1"),
        ({"name": "notes", "voicings": {"C4": 60}}, "Expected `array`"),
        ({"name": "notes", "voicings": {"C4": []}}, "length >= 1"),
        ({"name": "notes", "voicings": {"0": [60] * 129}}, "length <= 128"),
        ({"name": "notes", "voicings": {"C4": [60.5]}}, "Expected `int`"),
        ({"name": "notes", "voicings": {"C4": [float("nan")]}}, "Expected `int`"),
        ({"name": "notes", "voicings": {"C4": [True]}}, "Expected `int`"),
        ({"name": "notes", "voicings": {"C4": [128]}}, "Expected `int` <= 127"),
        ({"name": "notes", "voicings": {"C4": [10**30]}}, "Expected `int`|out of range"),
        ({"name": "notes", "voicings": {"0.4": [64, 60]}}, "rising"),
        ({"name": "notes", "voicings": {"D4": [60]}}, "'D4' spell 'C4'"),
        ({"name": "notes", "voicings": {1: [60]}}, "Expected `str`"),
        ({"name": "notes", "voicings": {f"x{n}": [60] for n in range(5000)}}, "length <= 4223"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_with_the_reason(
    entry: object, reason: str
) -> None:
    with pytest.raises(InvalidJson, match=reason):
        encoding_from_json(entry)
