"""What training leaves out of a collection is named."""

from __future__ import annotations

from dataclasses import replace

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.score import Score
from musicgen.training.forecast.omissions import omissions
from tests.helpers.tiny_music import band_pieces, tiny_pieces


def test_plain_music_is_learned_whole() -> None:
    assert omissions(tiny_pieces()[:2], EventsEncoding()) == []


def test_rhythm_is_not_learned_by_notes_alone() -> None:
    score: Score = tiny_pieces()[0]
    assert omissions([score], NotesEncoding.for_scores([score])) == ["rhythm"]


def test_drums_are_learned_by_parts_alone() -> None:
    pieces = [*band_pieces(1), *tiny_pieces(2)]
    assert omissions(pieces, EventsEncoding()) == ["drums (in 1 of 3 pieces)"]
    assert omissions(pieces, PartsEncoding()) == []


def test_performances_on_beats_are_named() -> None:
    score = tiny_pieces()[0]
    played = replace(score, is_performance=True)
    [said] = omissions([score, played], EventsEncoding())
    assert said.startswith("the timing of performances") and "in 1 of 2 pieces" in said
    assert omissions([played], EventsEncoding(clock="seconds")) == []
