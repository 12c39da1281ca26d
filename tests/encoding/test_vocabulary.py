"""Vocabularies of small collections: counts, coverage, growth, previews."""

import numpy as np
import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.registry import ENCODINGS, fit_encoding
from musicgen.encoding.steps import Steps
from musicgen.encoding.vocabulary import distinct_tokens, preview, vocabulary_of
from musicgen.score import Score, notes_from


def tune(*pitches):
    return Score(notes_from([(24 * at, 24, pitch) for at, pitch in enumerate(pitches)]))


TUNES = [tune(60, 62, 60, 64), tune(60, 60), tune(65, 62, 60)]
NOTES = fit_encoding("notes", TUNES)
VOCABULARY = vocabulary_of(NOTES, [NOTES.encode(score) for score in TUNES])


def test_tokens_by_rank():
    assert VOCABULARY.tokens == ("C4", "D4", "E4", "F4")
    assert VOCABULARY.counts.tolist() == [5, 2, 1, 1]
    assert VOCABULARY.pieces.tolist() == [3, 2, 1, 1]
    assert VOCABULARY.steps == 9 and len(VOCABULARY) == 4
    assert VOCABULARY.shares[0] == 5 / 9


def test_tokens_that_occur_once():
    assert VOCABULARY.once == 2


def test_coverage():
    assert VOCABULARY.coverage == pytest.approx([5 / 9, 7 / 9, 8 / 9, 1])
    assert VOCABULARY.needed_for(0.5) == 1
    assert VOCABULARY.needed_for(7 / 9) == 2
    assert VOCABULARY.needed_for(0.8) == 3
    assert VOCABULARY.needed_for(1.0) == 4


def test_growth_as_pieces_are_added():
    assert VOCABULARY.growth.tolist() == [3, 3, 4]


def test_pieces_with_a_token():
    assert VOCABULARY.pieces_with("D4") == [0, 2]
    assert VOCABULARY.pieces_with("G9") == []


def test_a_vocabulary_of_events_counts_whole_steps():
    events = EventsEncoding()
    vocabulary = vocabulary_of(events, [events.encode(tune(60, 62, 62)), events.encode(tune(60))])
    assert vocabulary.tokens == (
        "onset +0, pitch C4, duration 1",
        "onset +1, pitch D4, duration 1",
    )
    assert vocabulary.counts.tolist() == [2, 2] and vocabulary.pieces.tolist() == [2, 1]


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_number_of_distinct_tokens(name):
    for scores in ([], [Score()], TUNES):
        encoding = fit_encoding(name, scores)
        pieces = [encoding.encode(score) for score in scores]
        tokens = {token for steps in pieces for token in encoding.tokens(steps)}
        assert distinct_tokens(encoding, pieces) == len(tokens)


@pytest.mark.parametrize("name", ENCODINGS)
def test_vocabulary_of_nothing_is_empty(name):
    encoding = fit_encoding(name, [])
    for pieces in ([], [encoding.encode(Score())]):
        vocabulary = vocabulary_of(encoding, pieces)
        assert (
            len(vocabulary)
            == vocabulary.steps
            == vocabulary.once
            == vocabulary.needed_for(0.5)
            == 0
        )
        assert vocabulary.growth.tolist() == [0] * len(pieces)
        assert vocabulary.coverage.tolist() == []
        assert preview(encoding, pieces) is None


def test_preview_has_the_shapes_of_the_notebook():
    """57,177 notes of a vocabulary of 358 make windows (57077, 100, 1), targets (57077, 358)."""
    chords = [pcs for pcs in ([c for c in range(12) if m >> c & 1] for m in range(999)) if pcs[1:]]
    sonorities = [[pitch] for pitch in range(21, 109)] + chords[:270]  # pitches
    rows = [(24 * at, 24, pitch) for at, each in enumerate(sonorities) for pitch in each]
    encoding = fit_encoding("notes", [Score(notes_from(rows))])
    steps = Steps(np.arange(57_177, dtype=np.int32).reshape(-1, 1) % 358)
    example = preview(encoding, [steps])
    assert encoding.fields[0].size == 358
    assert example.inputs == (57077, 100, 1) and example.targets == ((57077, 358),)
    assert len(example.window) == 100
    assert example.target == encoding.vocabulary[100]


def test_a_preview_runs_over_the_ends_of_pieces_and_stops_at_the_last_window():
    pieces = [NOTES.encode(score) for score in TUNES]
    assert preview(NOTES, pieces, 5).window == ("C4", "D4", "C4", "E4", "C4")
    assert preview(NOTES, pieces, 5).target == "C4"
    assert preview(NOTES, pieces, 5).inputs == (4, 5, 1)
    last = preview(NOTES, pieces, 5, start=100)
    assert last.window == ("E4", "C4", "C4", "F4", "D4") and last.target == "C4"
    assert preview(NOTES, pieces, 9) is None and preview(NOTES, pieces, 8) is not None
