"""Encodings by name, and strangers' descriptions of them."""

import json

import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.registry import ENCODINGS, encoding_from_json, fit_encoding
from musicgen.score import Score, notes_from

SCORES = [Score(notes_from([(0, 24, 60, 90), (0, 24, 64, 90), (24, 24, 62, 70)]))]


def test_encodings_by_name():
    assert ENCODINGS == ("notes", "events")
    assert fit_encoding("notes", SCORES) == NotesEncoding(((60, 64), (62,)))
    assert fit_encoding("events", SCORES) == EventsEncoding(velocity=True)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'remi' is no encoding: choose from notes, events"):
        fit_encoding("remi", SCORES)


@pytest.mark.parametrize("name", ENCODINGS)
def test_there_and_back(name):
    encoding = fit_encoding(name, iter(SCORES))
    assert encoding_from_json(json.loads(json.dumps(encoding.to_json()))) == encoding


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (None, "has a name"),
        ([], "has a name"),
        ({}, "has a name"),
        ({"name": "remi"}, "has a name"),
        ({"name": ["events"]}, "has a name"),
        ({"name": "events"}, "described by velocity and program"),
        ({"name": "events", "velocity": 1, "program": False}, "true or false"),
        ({"name": "events", "velocity": True, "program": False, "x": 1}, "nothing else"),
        ({"name": "notes"}, "described by its voicings"),
        ({"name": "notes", "voicings": ["C4"]}, "described by its voicings"),
        ({"name": "notes", "voicings": {}}, "1 to 4223 tokens"),
        ({"name": "notes", "voicings": {"C4": 60}}, "list of 1 to 128 pitches"),
        ({"name": "notes", "voicings": {"C4": []}}, "list of 1 to 128 pitches"),
        ({"name": "notes", "voicings": {"0": [60] * 129}}, "list of 1 to 128 pitches"),
        ({"name": "notes", "voicings": {"C4": [60.0]}}, "whole numbers"),
        ({"name": "notes", "voicings": {"C4": [True]}}, "whole numbers"),
        ({"name": "notes", "voicings": {"C4": [10**30]}}, "between 0 and 127"),
        ({"name": "notes", "voicings": {"0.4": [64, 60]}}, "rising"),
        ({"name": "notes", "voicings": {"D4": [60]}}, "'D4' spell 'C4'"),
        ({"name": "notes", "voicings": {1: [60]}}, "each of them text"),
    ],
)
def test_nonsense_is_refused_in_plain_words(entry, reason):
    with pytest.raises(ValueError, match=reason):
        encoding_from_json(entry)


def test_a_vocabulary_that_is_too_large_is_refused_before_it_is_read():
    entry = {"name": "notes", "voicings": {f"x{n}": None for n in range(100_000)}}
    with pytest.raises(ValueError, match="tokens"):
        encoding_from_json(entry)
