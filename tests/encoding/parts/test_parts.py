"""Scores to steps of `parts` and back, their schedule, and the features before each step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicgen.encoding.grid import BEATS, HIGHEST_KEY, LOWEST_KEY
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role, assign_roles
from musicgen.encoding.parts.schedule import schedule
from musicgen.encoding.steps import NEVER, Steps
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.helpers.score_strategies import scores

PLAIN, WITH_FORM = PartsEncoding(), PartsEncoding(form=True)
ASKED = PartsEncoding(form=True, given_first=True, chords=True)
ANSWERING = PartsEncoding(form=True, given_first=True, bars_ago=True)
REST, END = 88, 194
A4, C5, E4, C3 = 48, 51, 43, 27  # keys of the piano from A0 on

QUARTER = 24  # ticks
DUET = Score(
    notes_from(
        [
            (0, QUARTER, 69, 80, 73, 0),
            (QUARTER, QUARTER, 72, 80, 73, 0),
            (0, 2 * QUARTER, 48, 80, 42, 1),
            (3 * QUARTER, QUARTER, 48, 80, 42, 1),
        ]
    ),
    parts=(Part("Flute", 73), Part("Cello", 42)),
)


def test_parts_are_in_order_from_low_to_high() -> None:
    assert PLAIN.encode(DUET).roles == (
        Role(42, False, 48, False, "Cello"),
        Role(73, False, 70, False, "Flute"),
    )


def test_steps_of_a_duet() -> None:
    steps = PLAIN.encode(DUET)
    assert steps.fields.tolist() == [
        [C3, 23, 0],  # the cello, for two quarters
        [A4, 11, 0],
        [C5, 11, END],  # the flute ends
        [REST, 11, 0],
        [C3, 11, END],
    ]
    part, onset = steps.schedule
    assert part.tolist() == [0, 1, 1, 0, 0]
    assert onset.tolist() == [0, 0, 12, 24, 36]


def test_a_chord_is_struck_from_low_to_high_and_a_short_silence_is_no_rest() -> None:
    notes = [(0, QUARTER // 2, 64), (0, QUARTER // 2, 69), (QUARTER, QUARTER, 72)]
    steps = PLAIN.encode(Score(notes_from(notes)))
    # `next` is 1 for another note at once, and 1 + 12 for one after a quarter.
    assert steps.fields.tolist() == [[E4, 5, 1], [A4, 5, 13], [C5, 11, END]]
    assert steps.roles[0].has_chords


def test_tokens_say_all_of_a_step() -> None:
    assert PLAIN.tokens(PLAIN.encode(DUET)) == [
        "C3, duration 2",
        "A4, duration 1",
        "C5, duration 1, end of the part",
        "rest, duration 1",
        "C3, duration 1, end of the part",
    ]
    loud = PartsEncoding(velocity=True, clock="seconds")
    steps = Steps(np.array([[A4, 49, 1, 20], [C5, 49, 51, 20]]))
    assert loud.tokens(steps) == [
        "A4, duration 0.5 s, next at once, velocity 82",
        "C5, duration 0.5 s, next after 0.5 s, velocity 82",
    ]


def test_unisons_of_two_parts_are_two_notes() -> None:
    notes = [(0, QUARTER, 60, 80, 0, 0), (0, QUARTER, 60, 80, 0, 1)]
    score = Score(notes_from(notes))
    assert len(PLAIN.decode(PLAIN.encode(score))) == 2


def test_drums_are_a_part_and_are_not_transposed() -> None:
    parts = (Part("Drums", 0, True), Part("Bass", 33))
    notes = notes_from([(0, 12, 36, 80, 0, 0), (0, 24, 40, 80, 33, 1)])
    steps = PLAIN.encode(Score(notes, parts=parts))
    assert [role.is_drum for role in steps.roles] == [False, True]  # drums come last
    raised = PLAIN.decode(PLAIN.transposed(steps, 5))
    assert raised.notes["pitch"].tolist() == [36, 45]
    assert raised.is_drum.tolist() == [True, False]


def test_further_parts_join_those_of_their_register() -> None:
    rows = [(24 * part, 24, 40 + 2 * part, 80, 0, part) for part in range(18)]
    rows += [(1000, 24, 40 + 2 * part, 80, 0, part) for part in range(16)]
    score = Score(notes_from(rows))
    of_note, roles = assign_roles(score.notes, score.parts)
    assert len(roles) == 16
    assert set(of_note.tolist()) == set(range(16))


@given(scores())
def test_decoded_steps_are_encoded_to_the_same_steps(score: Score) -> None:
    steps = PLAIN.encode(score)
    again = PLAIN.encode(PLAIN.decode(steps))
    assert np.array_equal(again.fields, steps.fields)
    assert [role.register for role in again.roles] == [role.register for role in steps.roles]


@given(scores())
def test_a_score_can_be_encoded_with_the_roles_and_the_key_of_a_piece(score: Score) -> None:
    steps = PLAIN.encode(score)
    roles = tuple(replace(role, register=100) for role in steps.roles)
    piece = replace(steps, roles=roles, key=5)
    again = PLAIN.encode_as(PLAIN.decode(steps), piece, range(len(roles)))
    assert np.array_equal(again.fields, steps.fields)
    assert (again.roles, again.key) == (roles, 5)


def test_a_part_of_a_piece_that_has_no_notes_rests() -> None:
    piece = PLAIN.encode(DUET)
    flute = replace(DUET, notes=DUET.notes[DUET.notes["part"] == 0])
    steps = PLAIN.encode_as(flute, piece, [1, 0])
    assert steps.fields.tolist() == [[REST, 0, END], [A4, 11, 0], [C5, 11, END]]
    assert PLAIN.decode(steps).notes["pitch"].tolist() == [69, 72]


@given(scores(low=LOWEST_KEY, high=HIGHEST_KEY), st.data())
def test_transposed_steps_are_the_steps_of_the_transposed_score(score: Score, data) -> None:
    steps = PLAIN.encode(score)
    semitones = data.draw(st.integers(*PLAIN.transposition_range(steps)))
    expected = PLAIN.encode(score.transposed(semitones))
    transposed = PLAIN.transposed(steps, semitones)
    assert np.array_equal(transposed.fields, expected.fields)
    assert transposed.roles == expected.roles


@given(st.sampled_from((PLAIN, WITH_FORM, ASKED, ANSWERING)), scores(most=60), st.data())
def test_tracker_and_encoding_have_the_same_features(encoding, score: Score, data) -> None:
    steps = encoding.encode_with_chords(score)
    if encoding.given_first:
        is_given = data.draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
        steps = steps.with_given(np.array(is_given, bool))
    start = data.draw(st.integers(0, len(steps)))
    whole, part = encoding.features(steps), encoding.features(steps, start)
    assert {name: array.shape for name, array in whole.items()} == {
        name: (len(steps), width) for name, width in encoding.feature_widths.items()
    }
    if not len(steps):
        return
    left = int(whole["clock"][0, 2])
    tracker = encoding.tracker(2, steps, left)
    for index, step in enumerate(steps.fields):
        for name, array in tracker.features().items():
            if name == "clock" and left == 16:  # more bars than are told apart
                array[:, 2] = whole[name][index, 2]
            np.testing.assert_allclose(array[1], whole[name][index], atol=1e-6, err_msg=name)
            if index >= start:
                assert np.array_equal(part[name][index - start], whole[name][index]), name
        tracker.push(np.stack([step, step]))
    assert (tracker.now == NEVER).all()


@given(scores(most=30), scores(most=30))
def test_selected_rows_of_a_tracker_are_independent(first: Score, second: Score) -> None:
    piece = ANSWERING.beginning(Ensemble((Role(), Role(is_drum=True))), ANSWERING.encode(Score()))
    one, other = (ANSWERING.encode(score).fields for score in (first, second))
    one, other = one[one[:, 2] != END], other[other[:, 2] != END]
    count = min(len(one), len(other))
    both, alone = ANSWERING.tracker(2, piece, 0), ANSWERING.tracker(1, piece, 0)
    for pair in zip(one[:count], other[:count], strict=True):
        both.push(np.stack(pair))
        alone.push(pair[1][None])
    both.select(np.array([1, 1]))
    for name, array in alone.features().items():
        assert np.array_equal(both.features()[name][:1], array), name


def test_a_repeated_bar_is_answered_by_the_earlier_one() -> None:
    bar = [(0, 24, 60), (24, 24, 62), (48, 48, 64)]
    notes = [(start + 96 * n, *rest) for n in (0, 2) for start, *rest in bar] + [(96, 96, 67)]
    steps = WITH_FORM.encode(Score(notes_from(notes)))
    assert steps.form == "ABA"
    form = WITH_FORM.features(steps)["form"].tolist()
    new = [1, 89, 192, 195]
    # 2 for a repeated bar, then pitch, duration and `next` of the earlier step.
    assert form == [new, new, new, new, [2, 39, 11, 0], [2, 41, 11, 0], [2, 43, 23, 0]]


def test_steps_see_what_the_part_played_one_two_four_and_eight_bars_ago() -> None:
    notes = [(0, 24, 60), (24, 72, 62), (96, 24, 64), (120, 72, 65), (288, 96, 67)]
    steps = PartsEncoding(bars_ago=True).encode(Score(notes_from(notes)))
    bars = [[39, 11, 0], [41, 35, 0]], [[43, 11, 0], [44, 35, 0]], [[REST, 47, 0]], [[46, 47, END]]
    assert steps.fields.tolist() == [step for bar in bars for step in bar]
    seen = PartsEncoding(bars_ago=True).features(steps)["bars_ago"].reshape(-1, 4, 4).tolist()
    nothing = [89, 192, 195, 89]
    assert seen[0] == seen[1] == [nothing] * 4
    assert seen[2] == [[39, 11, 0, 89], nothing, nothing, nothing]
    assert seen[3] == [[41, 35, 0, 39], nothing, nothing, nothing]
    assert seen[4] == [[43, 11, 0, 41], [39, 11, 0, 89], nothing, nothing]
    assert seen[5] == [[REST, 47, 0, 44], [43, 11, 0, 41], nothing, nothing]


def test_collections_that_repeat_bars_have_forms() -> None:
    bar = [(0, 24, 60), (24, 24, 62), (48, 48, 64)]
    repeated = [(start + 96 * n, *rest) for n in range(3) for start, *rest in bar]
    assert PartsEncoding.for_scores([Score(notes_from(repeated))]).form
    assert not PartsEncoding.for_scores([DUET]).form


def test_the_next_step_is_of_the_part_that_waits_longest() -> None:
    fields = np.array([[40, 23, 0], [60, 11, 0], [62, 11, 0], [41, 11, END], [64, 11, END]])
    part, onset = schedule(fields, 2, BEATS)
    assert part.tolist() == [0, 1, 1, 0, 1]
    assert onset.tolist() == [0, 0, 12, 24, 24]


def test_an_ensemble_moves_to_another_key_by_the_shorter_way() -> None:
    ensemble = Ensemble((Role(register=60), Role(is_drum=True, register=38)), key=2)
    assert ensemble.in_key(7).roles[0].register == 65
    assert ensemble.in_key(9).roles[0].register == 55
    assert ensemble.in_key(9).roles[1].register == 38
    assert ensemble.in_key(9).key == 9
