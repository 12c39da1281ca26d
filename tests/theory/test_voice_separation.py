"""Which part plays which note: by hand, and as Bach gave them to his four."""

from dataclasses import replace

import numpy as np

from musicgen.corpus.load import load_collection
from musicgen.score import NOTE_DTYPE, Score, notes_from
from musicgen.theory.voice_separation import monophonic_parts, separate_voices


def _parts(rows: list[tuple[int, int, int]], count: int) -> dict[tuple[int, int], int]:
    """The part of each note, by start and pitch."""
    notes = separate_voices(Score(notes_from(rows)), count).notes
    return {(start, pitch): part for start, pitch, part in notes[["start", "pitch", "part"]]}


def test_a_full_chord_is_sung_from_the_highest_part_down():
    chord = [(0, 24, 48), (0, 24, 60), (0, 24, 64), (0, 24, 72)]
    assert _parts(chord, 4) == {(0, 72): 0, (0, 64): 1, (0, 60): 2, (0, 48): 3}


def test_of_fewer_notes_each_goes_to_the_part_that_is_nearest():
    rows = [(0, 24, 48), (0, 24, 72), (24, 24, 50), (48, 24, 70)]
    assert _parts(rows, 2) == {(0, 72): 0, (0, 48): 1, (24, 50): 1, (48, 70): 0}


def test_a_part_that_holds_a_note_is_not_given_another():
    rows = [(0, 48, 60), (0, 24, 72), (24, 24, 61)]
    assert _parts(rows, 2)[24, 61] == 0


def test_parts_do_not_cross_where_that_can_be_helped():
    rows = [(0, 24, 60), (0, 24, 67), (24, 24, 66), (24, 24, 72)]
    assert _parts(rows, 2) == {(0, 67): 0, (0, 60): 1, (24, 72): 0, (24, 66): 1}


def test_more_notes_than_parts_are_all_kept():
    chord = [(0, 24, pitch) for pitch in (48, 52, 55, 60, 64)]
    parts = _parts(chord, 2)
    assert len(parts) == 5 and set(parts.values()) == {0, 1}


def test_one_part_or_none():
    score = Score(notes_from([(0, 24, 60, 80, 0, 3), (24, 24, 62, 80, 0, 3)]))
    assert separate_voices(score, 1).notes["part"].tolist() == [0, 0]
    assert separate_voices(score, 0) == score
    assert separate_voices(Score(), 4) == Score()


def test_parts_that_sing_have_one_note_at_a_time():
    two = notes_from([(0, 24, 72, 80, 0, 0), (0, 48, 48, 80, 0, 5), (24, 24, 74, 80, 0, 0)])
    assert monophonic_parts(Score(two)) == 2
    assert monophonic_parts(Score(notes_from([(0, 48, 72), (24, 24, 74)]))) == 0
    assert monophonic_parts(Score(np.zeros(0, NOTE_DTYPE))) == 0


def test_chorales_are_given_back_to_the_four_that_sing_them():
    """98.8 % of the notes of all chorales; unisons can be told apart by nobody."""
    right = notes = 0
    for score in load_collection("bach-chorales").scores[:60]:
        if monophonic_parts(score) != 4:
            continue
        merged = score.notes.copy()
        merged["part"] = 0
        again = separate_voices(replace(score, notes=merged), 4)
        own, found = (
            set(each.notes[["start", "pitch", "part"]].tolist()) for each in (score, again)
        )
        right, notes = right + len(own & found), notes + len(own)
    assert notes > 10_000 and right / notes > 0.97
