"""`notes`: tokens, voicings, decoding."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.encoding.notes import MAX_TOKENS, NotesEncoding
from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Field, Steps
from musicgen.metres import COMMON_TIME, Metre
from musicgen.score import Score, notes_from
from tests.helpers.score_strategies import scores
from tests.helpers.tiny_music import NO_STEPS

TUNE = Score(
    notes_from([(0, 48, 40), (0, 24, 57), (0, 24, 64), (24, 24, 57), (24, 24, 64), (48, 24, 59)]),
    90,
    (Metre(0, 3, 4),),
    "tune",
)


def test_tokens_are_names_and_normal_orders():
    encoding = NotesEncoding.for_scores([TUNE])
    assert encoding.vocabulary == ("4.9", "B3", "E2")
    steps = encoding.encode(TUNE)
    assert encoding.tokens(steps) == ["E2", "4.9", "4.9", "B3"]
    assert steps.fields.tolist() == [[2], [0], [0], [1]]
    assert encoding.fields == (Field("token", 3),)


def test_tokens_are_played_half_a_quarter_apart():
    encoding = NotesEncoding.for_scores([TUNE])
    played = encoding.decode(encoding.encode(TUNE))
    rows = [(0, 12, 40), (12, 12, 57), (12, 12, 64), (24, 12, 57), (24, 12, 64), (36, 12, 59)]
    assert played == Score(notes_from(rows), 90, (COMMON_TIME,))
    assert played.name == "tune"


def test_a_chord_is_played_in_its_most_common_register():
    low, high = [(45, 52), (57, 64)]
    rows = [(24 * at, 24, key) for at, chord in enumerate((low, high, high)) for key in chord]
    assert NotesEncoding.for_scores([Score(notes_from(rows))]).voicings == (high,)


def test_a_unison_is_a_chord_that_comes_back_as_one():
    unison = Score(notes_from([(0, 24, 60), (0, 24, 60)]))
    encoding = NotesEncoding.for_scores([unison])
    assert encoding.vocabulary == ("0",) and encoding.voicings == ((60, 60),)
    assert encoding.tokens(encoding.encode(encoding.canonical(unison))) == ["0"]


@pytest.mark.parametrize(
    ("pitches", "token"),
    [
        ((84,), "C5"),  # an octave away, not the neighbour
        ((36,), "C4"),
        ((73,), "C5"),  # no C sharp: all are wrong, this is near
        ((57, 60, 64, 67), "9.0.4"),  # one pitch class too many
        ((57, 60), "9.0.4"),  # one too few, and a chord
        ((60, 72), "C4"),
    ],
)
def test_unknown_sonorities_become_the_nearest_token(pitches, token):
    chords = [(57, 60, 64), (45, 52), (60,), (72,), (62,)]
    rows = [(24 * at, 24, key) for at, chord in enumerate(chords) for key in chord]
    encoding = NotesEncoding.for_scores([Score(notes_from(rows))])
    unknown = Score(notes_from([(0, 24, pitch) for pitch in pitches]))
    assert encoding.tokens(encoding.encode(unknown)) == [token]


@given(st.lists(scores(), max_size=3))
def test_decoding_restores_the_canonical_scores(pieces):
    encoding = NotesEncoding.for_scores(pieces)
    for score in pieces:
        steps = encoding.encode(score)
        assert encoding.decode(steps) == encoding.canonical(score)
        again = encoding.encode(encoding.decode(steps))
        assert np.array_equal(again.fields, steps.fields)


@given(scores(), scores())
def test_any_score_is_encoded_with_any_vocabulary(fitted, other):
    encoding = NotesEncoding.for_scores([fitted])
    fields = encoding.encode(other).fields
    assert fields.shape[1] == 1 and fields.dtype == np.int32
    assert ((fields >= 0) & (fields < encoding.fields[0].size)).all()


@given(st.lists(scores(), max_size=3))
def test_json_round_trip(pieces):
    encoding = NotesEncoding.for_scores(pieces)
    assert encoding_from_json(json.loads(json.dumps(encoding.to_json()))) == encoding


def test_vocabulary_of_an_empty_score_has_one_token():
    encoding = NotesEncoding.for_scores([Score()])
    assert encoding.vocabulary == ("C4",)
    assert encoding.encode(Score()).fields.shape == (0, 1)
    assert encoding.decode(encoding.encode(Score())) == Score()


def test_there_are_no_features_and_no_transposition():
    encoding = NotesEncoding.for_scores([TUNE])
    steps = encoding.encode(TUNE)
    assert encoding.feature_widths == encoding.features(steps) == {}
    tracker = encoding.tracker(2, NO_STEPS, 4)
    tracker.push(np.array([[0], [1]]))
    assert tracker.features() == {}
    assert encoding.transposition_range(steps) == (0, 0)
    assert encoding.transposed(steps, 3) is steps


@pytest.mark.parametrize(
    "voicings",
    [
        (),
        ((),),
        ((64, 57),),
        ((128,),),
        ((-1,),),
        ((60,), (60,)),
        ((72,), (60,)),
        ((60,),) * (MAX_TOKENS + 1),
    ],
)
def test_invalid_vocabularies_are_refused(voicings):
    with pytest.raises(ValueError):
        NotesEncoding(voicings)


def test_a_step_beyond_the_vocabulary_is_an_error():
    with pytest.raises(IndexError):
        NotesEncoding().decode(Steps(np.array([[1]], np.int32)))
