"""`events`: fields of a step, decoding, features."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.encoding.events import DEFAULT_VELOCITY, EventsEncoding
from musicgen.encoding.grid import GRID_TICKS, HIGHEST_KEY, LOWEST_KEY, MAX_GRID_UNITS
from musicgen.encoding.steps import Steps
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from tests.helpers.score_strategies import scores

PLAIN = EventsEncoding()
KINDS = st.builds(EventsEncoding, velocity=st.booleans(), program=st.booleans())
QUARTER = 24  # ticks


def test_steps_of_chords():
    score = Score(
        notes_from([(0, 24, 60), (0, 24, 64), (24, 12, 62), (72, 48, 65)]), 90, name="four notes"
    )
    steps = PLAIN.encode(score)
    assert steps.fields.tolist() == [[0, 39, 11], [0, 43, 11], [12, 41, 5], [24, 44, 23]]
    assert steps.tempo == 90 and steps.name == "four notes"
    assert PLAIN.tokens(steps) == [
        "onset +0, pitch C4, duration 1",
        "onset +0, pitch E4, duration 1",
        "onset +1, pitch D4, duration 1/2",
        "onset +2, pitch F4, duration 2",
    ]


def test_tokens_are_texts():
    encoding = EventsEncoding(velocity=True, program=True)
    steps = Steps(np.array([[42, 0, 3, 20, 40], [4, 87, 191, 0, 0]], np.int32))
    assert encoding.tokens(steps) == [
        "onset +3 1/2, pitch A0, duration 1/3, velocity 82, programme 40",
        "onset +1/3, pitch C8, duration 16, velocity 2, programme 0",
    ]


def test_velocity_and_programme_are_optional_fields():
    score = Score(notes_from([(0, 24, 60, 101, 40)]))
    encoding = EventsEncoding(velocity=True, program=True)
    assert encoding.encode(score).fields.tolist() == [[0, 39, 11, 25, 40]]
    assert encoding.canonical(score).notes["velocity"].tolist() == [102]  # fours
    assert PLAIN.canonical(score).notes[["velocity", "program"]].tolist() == [(DEFAULT_VELOCITY, 0)]


def test_optional_fields_are_those_that_vary_in_the_scores():
    plain = Score(notes_from([(0, 24, 60), (24, 24, 62)]))
    loud = Score(notes_from([(0, 24, 60, 100), (24, 24, 62, 50)]))
    flute = Score(notes_from([(0, 24, 60, 80, 73)]))
    assert EventsEncoding.for_scores([plain]) == PLAIN
    assert EventsEncoding.for_scores([loud]) == EventsEncoding(velocity=True)
    assert EventsEncoding.for_scores([plain, flute]) == EventsEncoding(program=True)
    assert EventsEncoding.for_scores([]) == EventsEncoding.for_scores([Score()]) == PLAIN


def test_keys_beyond_the_piano_are_moved_by_octaves():
    score = Score(notes_from([(0, 24, 0), (24, 24, 20), (48, 24, 109), (72, 24, 127)]))
    assert PLAIN.canonical(score).notes["pitch"].tolist() == [24, 32, 97, 103]


def test_a_key_struck_again_ends_its_note():
    score = Score(notes_from([(0, 96, 60), (24, 24, 60), (24, 48, 60)]))
    assert PLAIN.canonical(score).notes[["start", "duration"]].tolist() == [(0, 24), (24, 48)]


def test_silences_and_durations_last_at_most_16_quarters():
    score = Score(notes_from([(0, 40 * QUARTER, 60), (50 * QUARTER, 24, 62)]))
    notes = PLAIN.canonical(score).notes[["start", "duration"]].tolist()
    assert notes == [(0, 16 * QUARTER), (16 * QUARTER, 24)]


@given(KINDS, scores())
def test_decoding_restores_the_canonical_score(encoding, score):
    steps = encoding.encode(score)
    assert encoding.decode(steps) == encoding.canonical(score)
    assert np.array_equal(encoding.encode(encoding.decode(steps)).fields, steps.fields)


@given(KINDS, scores())
def test_every_field_is_within_its_size(encoding, score):
    fields = encoding.encode(score).fields
    sizes = [field.size for field in encoding.fields]
    assert fields.shape == (len(encoding.canonical(score)), len(sizes))
    assert (fields >= 0).all() and (fields < sizes).all()


@given(scores())
def test_notes_of_one_key_do_not_overlap(score):
    notes = PLAIN.canonical(score).notes
    for pitch in np.unique(notes["pitch"]):
        own = notes[notes["pitch"] == pitch]
        assert (own["start"][1:] >= (own["start"] + own["duration"])[:-1]).all()


@given(scores(low=LOWEST_KEY, high=HIGHEST_KEY), st.data())
def test_transposed_steps_are_the_steps_of_the_transposed_score(score, data):
    steps = PLAIN.encode(score)
    down, up = PLAIN.transposition_range(steps)
    semitones = data.draw(st.integers(down, up))
    transposed = PLAIN.transposed(steps, semitones)
    assert np.array_equal(transposed.fields, PLAIN.encode(score.transposed(semitones)).fields)
    assert PLAIN.transposition_range(transposed) == (down - semitones, up - semitones) or not len(
        steps
    )


@given(KINDS, scores(most=100))
def test_tracker_and_encoding_have_the_same_features(encoding, score):
    steps = encoding.encode(score)
    whole = encoding.features(steps)
    assert {name: array.shape for name, array in whole.items()} == {
        name: (len(steps), width) for name, width in encoding.feature_widths.items()
    }
    last = np.cumsum(steps.fields[:, 0])[-1:] * GRID_TICKS
    bars = int(score.bar_positions(last)[0].sum()) + 1 if len(steps) else 0
    tracker = encoding.tracker(2, steps, bars)
    for index, step in enumerate(steps.fields):
        for name, array in tracker.features().items():
            np.testing.assert_allclose(array[1], whole[name][index], atol=1e-6, err_msg=name)
        tracker.push(np.stack([step, step]))


@given(KINDS, scores(most=40), scores(most=40))
def test_selected_rows_of_a_tracker_are_independent(encoding, first, second):
    one, other = encoding.encode(first).fields, encoding.encode(second).fields
    start = min(len(one), len(other))
    both = encoding.tracker(2, encoding.encode(first), 0)
    for pair in zip(one[:start], other[:start], strict=True):
        both.push(np.stack(pair))
    both.select(np.array([1, 1]))
    alone = encoding.tracker(2, encoding.encode(first), 0)
    for step in other[:start]:
        alone.push(np.stack([step, step]))
    for step in other[start:]:
        both.push(np.stack([step, other[0]]))
        alone.push(np.stack([step, other[0]]))
    for name, array in alone.features().items():
        assert np.array_equal(both.features()[name], array), name


@given(scores(most=100), st.data())
def test_features_of_a_part_are_those_of_the_whole(score, data):
    steps = PLAIN.encode(score)
    cut = data.draw(st.integers(0, len(steps)))
    end = data.draw(st.integers(cut, len(steps)))
    whole, part = PLAIN.features(steps), PLAIN.features(steps, cut, end)
    for name, array in part.items():
        assert np.array_equal(array, whole[name][cut:end]), name


def test_an_empty_score_has_no_steps():
    steps = PLAIN.encode(Score())
    assert steps.fields.shape == (0, 3)
    assert PLAIN.decode(steps) == PLAIN.canonical(Score()) == Score()
    assert PLAIN.tokens(steps) == [] and PLAIN.transposition_range(steps) == (0, 0)


def test_longest_values_fit_their_fields():
    steps = Steps(
        np.array([[MAX_GRID_UNITS, 87, MAX_GRID_UNITS - 1]], np.int32), 120, (Metre(0, 4, 4),)
    )
    (note,) = PLAIN.decode(steps).notes
    assert (note["start"], note["pitch"], note["duration"]) == (384, 108, 384)


def test_steps_are_not_transposed_beyond_the_keyboard():
    low = PLAIN.encode(Score(notes_from([(0, 24, LOWEST_KEY)])))
    assert PLAIN.transposition_range(low) == (0, 87)
    assert PLAIN.decode(PLAIN.transposed(low, 87)).notes["pitch"].tolist() == [HIGHEST_KEY]
    with pytest.raises(ValueError, match="pitch"):
        PLAIN.decode(PLAIN.transposed(low, 120))
