"""Times of played notes as they are printed."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from musicgen.rendering.musicxml import printed_musicxml
from musicgen.rendering.notation.bars import written_bars
from musicgen.rendering.notation.legible import legible, legible_drums
from musicgen.rendering.notation.voices import split_voices
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.rendering.rendered_scores import scores


def printed(rows: list[tuple[int, ...]]) -> list[tuple[int, int, int]]:
    """Start, duration and pitch of the printed notes of a staff."""
    score = Score(notes_from(rows))
    shown = legible(score.notes, written_bars(score))
    return sorted(shown[["start", "duration", "pitch"]].tolist())


def test_exact_music_is_left_as_it_is() -> None:
    rows = [(0, 12, 60), (24, 18, 62), (42, 6, 64), (48, 16, 65), (64, 8, 67), (72, 24, 60)]
    assert printed(rows) == rows


def test_notes_released_early_or_late_last_to_the_next() -> None:
    rows = [(0, 20, 60), (24, 22, 62), (48, 27, 64), (72, 21, 65)]
    assert printed(rows) == [(0, 24, 60), (24, 24, 62), (48, 24, 64), (72, 24, 65)]


def test_a_staccato_note_is_followed_by_a_rest() -> None:
    assert printed([(0, 11, 60), (24, 13, 62), (48, 23, 64)]) == [
        (0, 12, 60),
        (24, 12, 62),
        (48, 24, 64),
    ]


def test_a_note_struck_a_little_beside_the_beat_is_on_it() -> None:
    rows = [(1, 22, 60), (23, 23, 62), (49, 10, 64), (61, 11, 65), (73, 23, 67)]
    assert [row[:2] for row in printed(rows)] == [(0, 24), (24, 24), (48, 12), (60, 12), (72, 24)]


def test_played_triplets_are_triplets() -> None:
    rows = [(0, 7, 60), (9, 7, 62), (16, 7, 64), (24, 22, 65)]
    assert [row[:2] for row in printed(rows)] == [(0, 8), (8, 8), (16, 8), (24, 24)]


@settings(max_examples=40, deadline=None)
@given(scores())
def test_every_played_note_keeps_its_key_and_stays_in_the_bars(score: Score) -> None:
    bars = written_bars(score)
    shown = legible(score.notes, bars)
    assert set(shown["pitch"].tolist()) == set(score.notes["pitch"].tolist())
    assert (shown["duration"] > 0).all() and (shown["start"] >= 0).all()
    assert int((shown["start"] + shown["duration"]).max()) <= bars[-1].stop


def test_a_played_staff_has_two_voices() -> None:
    rng = np.random.default_rng(2)
    rows = np.stack([rng.integers(0, 400, 80), rng.integers(3, 90, 80), rng.integers(40, 80, 80)])
    score = Score(notes_from(rows.T.tolist()))
    assert len(split_voices(legible(score.notes, written_bars(score)))) <= 2


def test_drums_last_to_the_next_stroke_or_beat() -> None:
    kick, snare, hat = 36, 38, 42
    rows = [(0, 2, kick), (48, 2, kick), (24, 3, snare), *((n * 12, 1, hat) for n in range(8))]
    score = Score(notes_from(rows), parts=(Part("Drums", is_drum=True),))
    shown = legible_drums(score.notes, written_bars(score))
    assert shown["duration"][shown["pitch"] == hat].tolist() == [12] * 8
    assert shown["duration"][shown["pitch"] == kick].tolist() == [24, 24]
    assert shown["duration"][shown["pitch"] == snare].tolist() == [12]


def test_a_kit_of_hands_alone_is_printed() -> None:
    score = Score(notes_from([(0, 2, 42), (13, 2, 42)]), parts=(Part("Kit", is_drum=True),))
    shown = legible_drums(score.notes, written_bars(score))
    assert shown[["start", "duration"]].tolist() == [(0, 12), (12, 12)]


@settings(max_examples=40, deadline=None)
@given(scores())
def test_any_score_can_be_printed_with_and_without_drums(score: Score) -> None:
    drums = tuple(replace(part, is_drum=True) for part in score.parts)
    for parts in (score.parts, drums):
        assert printed_musicxml(replace(score, parts=parts)).count(b"<note") >= 1
