"""Chord symbols as text."""

from __future__ import annotations

from musicgen.metres import COMMON_TIME
from musicgen.rendering.chord_labels import chord_labels
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature
from tests.helpers.bands import performance_score


def chords(*roots: tuple[int, ...], resolution: int = 24) -> Score:
    bar = 4 * resolution
    rows = [(n * bar, bar, pitch) for n, chord in enumerate(roots) for pitch in chord]
    keys = (KeySignature(0, -1),)  # F major
    return Score(notes_from(rows), metres=(COMMON_TIME,), keys=keys, resolution=resolution)


def test_symbols_are_spelled_by_the_key_and_have_the_ticks_of_the_score() -> None:
    score = chords((53, 60, 69), (46, 62, 65), (48, 52, 67), (53, 57, 72), resolution=480)
    assert chord_labels(score) == [(0, "F"), (1920, "B♭"), (3840, "C"), (5760, "F")]


def test_a_performance_and_silence_have_none() -> None:
    assert chord_labels(performance_score()) == []
    assert chord_labels(Score()) == []
