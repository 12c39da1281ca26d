"""Which notes make one chord."""

import numpy as np
from hypothesis import given

from musicgen.score import Score, notes_from
from musicgen.theory.chords import MAX_TRACKS, sonorities
from tests.helpers.score_strategies import scores


def grouped(*rows):
    found = sonorities(Score(notes_from(rows)).notes)
    return list(zip(found.starts.tolist(), found.voicings(), strict=True))


def note(start, duration, pitch, part=0):
    return start, duration, pitch, 80, 0, part


def test_notes_that_begin_and_end_together_are_a_chord():
    assert grouped(note(0, 24, 64), note(0, 24, 60), note(24, 24, 62)) == [
        (0, (60, 64)),
        (24, (62,)),
    ]


def test_a_chord_may_be_rolled_within_a_16th():
    assert grouped(note(0, 24, 60), note(5, 19, 64)) == [(0, (60, 64))]
    assert grouped(note(0, 24, 60), note(6, 18, 64)) == [(0, (60,)), (6, (64,))]


def test_ends_may_differ_by_a_16th():
    assert grouped(note(0, 24, 60), note(0, 30, 64)) == [(0, (60, 64))]
    assert grouped(note(0, 24, 60), note(0, 31, 64)) == [(0, (60,)), (0, (64,))]


def test_the_first_note_that_can_take_another_takes_it():
    assert grouped(note(0, 24, 60), note(0, 36, 72), note(1, 29, 64)) == [
        (0, (60, 64)),
        (0, (72,)),
    ]


def test_tracks_are_grouped_apart_and_voices_of_a_track_together():
    together = (note(0, 24, 60), note(0, 24, 64, part=1), note(0, 24, 67, part=MAX_TRACKS))
    assert grouped(*together) == [(0, (60, 67)), (0, (64,))]


def test_a_key_is_released_once_for_all_its_notes():
    stuck = note(0, 96, 60), note(12, 12, 60), note(12, 12, 64)
    assert grouped(*stuck) == [(0, (60,)), (12, (60, 64))]
    late = note(0, 24, 60), note(12, 90, 60), note(12, 12, 64)
    assert grouped(*late) == [(0, (60,)), (12, (60, 64))]


def test_a_unison_is_a_chord_of_two():
    assert grouped(note(0, 24, 60), note(0, 24, 60)) == [(0, (60, 60))]


def test_sizes_and_pitch_classes():
    found = sonorities(notes_from([note(0, 24, 60), note(0, 24, 64), note(24, 24, 71)]))
    assert found.sizes.tolist() == [2, 1]
    assert found.masks.tolist() == [0b10001, 1 << 11]


def test_nothing_makes_no_chord():
    found = sonorities(Score().notes)
    assert len(found) == 0 and found.voicings() == [] and found.masks.tolist() == []


@given(scores(most=60))
def test_every_note_is_in_one_sonority_and_they_are_in_order(score):
    found = sonorities(score.notes)
    assert np.array_equal(np.sort(found.pitches), np.sort(score.notes["pitch"]))
    assert found.sizes.sum() == len(score) and (found.sizes > 0).all()
    assert (np.diff(found.starts) >= 0).all()
    assert all(list(voicing) == sorted(voicing) for voicing in found.voicings())


@given(scores(most=60))
def test_grouping_is_the_plain_rule(score):
    """The same as looking for the first leader among all notes before."""
    notes = score.notes[score.notes["pitch"] % 2 == 0]
    expected: dict[int, list[int]] = {}
    order = np.lexsort((notes["pitch"], notes["start"], notes["part"]))
    ends = [
        min(
            other["start"] + other["duration"]
            for other in notes
            if (other["part"], other["pitch"]) == (each["part"], each["pitch"])
            and other["start"] + other["duration"] > each["start"]
        )
        for each in notes
    ]
    for index in order:
        for leader in expected:
            same_part = notes["part"][leader] == notes["part"][index]
            near = notes["start"][index] - notes["start"][leader] < 6
            if same_part and near and abs(ends[leader] - ends[index]) <= 6:
                expected[leader].append(index)
                break
        else:
            expected[index] = [index]
    groups = [
        (int(notes["start"][leader]), tuple(sorted(notes["pitch"][group].tolist())))
        for leader, group in expected.items()
    ]
    found = sonorities(notes)
    assert sorted(groups) == sorted(zip(found.starts.tolist(), found.voicings(), strict=True))
