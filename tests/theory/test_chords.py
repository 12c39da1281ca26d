"""Grouping of notes into chords."""

from dataclasses import replace

import numpy as np
from hypothesis import given

from musicgen.encoding.notes import NotesEncoding
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.theory.chords import pitched_sonorities, sonorities
from tests.helpers.score_strategies import scores


def group(*rows):
    groups = sonorities(Score(notes_from(rows)))
    return list(zip(groups.starts.tolist(), groups.voicings(), strict=True))


def note(start, duration, pitch, part=0):
    return start, duration, pitch, 80, 0, part


def test_notes_with_equal_start_and_end_are_a_chord():
    assert group(note(0, 24, 64), note(0, 24, 60), note(24, 24, 62)) == [
        (0, (60, 64)),
        (24, (62,)),
    ]


def test_starts_may_differ_by_less_than_a_16th():
    assert group(note(0, 24, 60), note(5, 19, 64)) == [(0, (60, 64))]
    assert group(note(0, 24, 60), note(6, 18, 64)) == [(0, (60,)), (6, (64,))]


def test_ends_may_differ_by_a_16th():
    assert group(note(0, 24, 60), note(0, 30, 64)) == [(0, (60, 64))]
    assert group(note(0, 24, 60), note(0, 31, 64)) == [(0, (60,)), (0, (64,))]


def test_a_note_joins_the_earliest_possible_chord():
    assert group(note(0, 24, 60), note(0, 36, 72), note(1, 29, 64)) == [
        (0, (60, 64)),
        (0, (72,)),
    ]


def test_chords_have_notes_of_one_track_and_of_all_its_voices():
    notes = notes_from([note(0, 24, 60), note(0, 24, 64, part=1), note(0, 24, 67, part=2)])
    groups = sonorities(Score(notes, parts=(Part(track=0), Part(track=1), Part(track=0))))
    assert groups.voicings() == [(60, 67), (64,)]


def test_overlapping_notes_of_a_key_end_at_its_first_release():
    overlapping = note(0, 96, 60), note(12, 12, 60), note(12, 12, 64)
    assert group(*overlapping) == [(0, (60,)), (12, (60, 64))]
    release_later = note(0, 24, 60), note(12, 90, 60), note(12, 12, 64)
    assert group(*release_later) == [(0, (60,)), (12, (60, 64))]


def test_a_unison_is_a_chord_of_two():
    assert group(note(0, 24, 60), note(0, 24, 60)) == [(0, (60, 60))]


def test_sizes_and_pitch_classes():
    groups = sonorities(Score(notes_from([note(0, 24, 60), note(0, 24, 64), note(24, 24, 71)])))
    assert groups.sizes.tolist() == [2, 1]
    assert groups.masks.tolist() == [0b10001, 1 << 11]


def test_an_empty_score_has_no_chords():
    groups = sonorities(Score())
    assert len(groups) == 0 and groups.voicings() == [] and groups.masks.tolist() == []


@given(scores(most=60))
def test_sonorities_are_sorted_and_contain_all_notes(score):
    groups = sonorities(score)
    assert np.array_equal(np.sort(groups.pitches), np.sort(score.notes["pitch"]))
    assert groups.sizes.sum() == len(score) and (groups.sizes > 0).all()
    assert (np.diff(groups.starts) >= 0).all()
    assert all(list(voicing) == sorted(voicing) for voicing in groups.voicings())


@given(scores(most=60))
def test_grouping_equals_the_rule_written_as_a_loop(score):
    """The reference compares a note with all earlier leaders."""
    score = replace(score, notes=score.notes[score.notes["pitch"] % 2 == 0])
    notes, tracks = score.notes, [score.parts[part].track for part in score.notes["part"]]
    expected: dict[int, list[int]] = {}
    order = np.lexsort((notes["pitch"], notes["start"], tracks))
    ends = [
        min(
            other["start"] + other["duration"]
            for other in notes
            if (other["part"], other["pitch"]) == (row["part"], row["pitch"])
            and other["start"] + other["duration"] > row["start"]
        )
        for row in notes
    ]
    for index in order:
        for leader in expected:
            same_track = tracks[leader] == tracks[index]
            near = notes["start"][index] - notes["start"][leader] < 6
            if same_track and near and abs(ends[leader] - ends[index]) <= 6:
                expected[leader].append(index)
                break
        else:
            expected[index] = [index]
    expected_groups = [
        (int(notes["start"][leader]), tuple(sorted(notes["pitch"][group].tolist())))
        for leader, group in expected.items()
    ]
    groups = sonorities(score)
    assert sorted(expected_groups) == sorted(
        zip(groups.starts.tolist(), groups.voicings(), strict=True)
    )


def test_a_chord_of_a_performance_is_struck_within_40_ms_whenever_it_is_released():
    rows = [note(0, 90, 60), note(2, 30, 64, part=1), note(4, 5, 67), note(5, 90, 72)]
    score = Score(notes_from(rows), resolution=50, is_performance=True)
    groups = sonorities(score)
    assert list(zip(groups.starts.tolist(), groups.voicings(), strict=True)) == [
        (0, (60, 64, 67)),
        (5, (72,)),
    ]


def test_the_pitched_notes_of_a_score_are_grouped_once() -> None:
    parts = (Part(), Part(is_drum=True))
    score = Score(notes_from([(0, 24, 60), (0, 24, 64), (0, 24, 38, 80, 0, 1)]), parts=parts)
    grouped = pitched_sonorities(score)
    assert grouped.voicings() == [(60, 64)]
    assert pitched_sonorities(score) is grouped
    assert NotesEncoding.for_scores([score]).encode(score).fields.tolist() == [[0]]


def test_a_score_at_the_place_of_another_in_memory_is_grouped_by_its_own_notes() -> None:
    for pitch in range(40, 80):  # the place of the score before is free by then
        assert pitched_sonorities(Score(notes_from([(0, 24, pitch)]))).voicings() == [(pitch,)]
