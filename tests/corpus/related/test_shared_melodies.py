"""Shared melodies: hymns in other settings and keys; scales and accompaniments are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.corpus.related.groups import related_pieces
from musicgen.corpus.related.near_duplicates import near_duplicates
from musicgen.corpus.related.shared_melodies import shared_melodies
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part

# Old Hundredth (1551), and another hymn of as many notes.
HYMN = [67, 67, 66, 64, 62, 67, 69, 71, 71, 71, 71, 69, 67, 72, 71, 69, 67, 69, 71, 69, 67, 64]
HYMN += [66, 67, 74, 71, 67, 69, 72, 71, 69, 67]
OTHER = [60, 64, 67, 65, 64, 62, 60, 62, 64, 60, 67, 69, 71, 72, 67, 65, 69, 67, 64, 62, 65, 64]
OTHER += [60, 59, 60, 65, 67, 64, 62, 60, 59, 60]


def score(*parts: Sequence[tuple[int, int, int]]) -> Score:
    """A score of parts, each of (start, duration, pitch) in 24 ticks to the quarter."""
    return Score(notes_from([(*n, 80, 0, part) for part, notes in enumerate(parts) for n in notes]))


def line(pitches: Sequence[int], ticks: int = 24) -> list[tuple[int, int, int]]:
    return [(ticks * index, ticks, pitch) for index, pitch in enumerate(pitches)]


def lower_voice(seed: int, low: int, ticks: int = 24) -> list[tuple[int, int, int]]:
    """Random notes within an octave, as long as the hymn."""
    pitches = np.random.default_rng(seed).integers(low, low + 12, len(HYMN) * 24 // ticks)
    return line(pitches.tolist(), ticks)


def setting(tune: Sequence[int], seed: int) -> Score:
    """A tune above two lower voices that no other seed has."""
    return score(line(tune), lower_voice(seed, 48, 12), lower_voice(seed + 100, 36))


def share(first: Score, second: Score) -> bool:
    return len(shared_melodies([first, second])) > 0


def test_one_soprano_over_other_voices_in_another_key_is_shared() -> None:
    pieces = [setting(HYMN, 1), setting(OTHER, 2), setting(HYMN, 3).transposed(-4)]
    assert len(near_duplicates(pieces)) == 0
    assert set(map(tuple, shared_melodies(pieces).tolist())) == {(0, 2)}
    assert related_pieces(pieces) == [0, 1, 0]


def test_a_melody_is_found_where_all_parts_are_one() -> None:
    merged = score([*line(HYMN), *lower_voice(4, 48, 12), *lower_voice(5, 36)])
    assert share(setting(HYMN, 1), merged)
    assert share(merged, score(line(HYMN)))


def test_repeated_notes_rests_and_speed_are_ignored() -> None:
    gaps = [(start + 96 * (start >= 480), ticks - 4, pitch) for start, ticks, pitch in line(HYMN)]
    repeated = [pitch for pitch in HYMN for _ in range(2)]
    for other in (gaps, line(repeated, 12), line(HYMN, 48)):
        assert share(score(line(HYMN)), score(other))


def test_a_hymn_with_passing_notes_is_the_same() -> None:
    passing = []
    for index, (pitch, following) in enumerate(zip(HYMN, [*HYMN[1:], 67], strict=True)):
        between = (pitch + following) // 2 if index % 3 == 0 else pitch
        passing += [(24 * index, 12, pitch), (24 * index + 12, 12, between)]
    assert share(setting(HYMN, 1), score(passing, lower_voice(6, 40)))


def test_the_bass_of_another_piece_is_not_its_melody() -> None:
    under = score(line([pitch + 12 for pitch in OTHER]), line([pitch - 12 for pitch in HYMN]))
    assert not share(score(line(HYMN)), under)


def test_a_few_high_notes_are_not_the_melody() -> None:
    flourish = score(line(HYMN), lower_voice(7, 40), [(0, 24, 90), (24, 24, 93)])
    assert share(flourish, score(line(HYMN)))


def test_a_part_that_is_named_melody_is_one_below_others() -> None:
    above = lower_voice(9, 80)
    song = score(line(HYMN), above)
    assert not share(song, score(line(HYMN)))
    named = replace(song, parts=(Part("MELODY"), Part("BRIDGE")))
    assert share(named, score(line(HYMN)))


def test_half_of_the_runs_are_needed() -> None:
    rng = np.random.default_rng(8)
    tune, other = (rng.integers(50, 80, 200).tolist() for _ in range(2))
    assert share(score(line(tune[:110])), score(line(tune[:60] + other[:50])))
    assert not share(score(line(tune[:110])), score(line(tune[:40] + other[:70])))


@pytest.mark.parametrize(
    "figure",
    [
        [60 + step for step in range(24)],  # a chromatic scale
        [48 + 12 * octave + step for octave in range(3) for step in (0, 2, 4, 5, 7, 9, 11)],
        [60, 64, 67, 72, 67, 64] * 10,  # a broken chord
        [60, 67, 64, 67] * 20,
    ],
)
def test_scales_and_accompaniments_are_no_melody(figure: list[int]) -> None:
    assert not share(score(line(figure)), score(line([pitch + 2 for pitch in figure])))
    # nor within pieces that have a melody of their own
    assert not share(score(line(HYMN + figure)), score(line(OTHER + figure)))


def test_one_accompaniment_of_two_songs_is_not_shared() -> None:
    pattern = [48, 55, 52, 55, 53, 60, 57, 60, 55, 62, 59, 62, 48, 55, 52, 55]
    below = line(pattern * 8, 6)
    assert not share(score(line(HYMN), below), score(line(OTHER), below))


def test_empty_and_tiny_pieces_share_nothing() -> None:
    assert shared_melodies([]).tolist() == []
    assert shared_melodies([Score(), score(line(HYMN)), Score(), score(line([60]))]).tolist() == []


def test_the_split_of_before_had_shared_sopranos() -> None:
    scores = load_collection("bach-chorales").scores
    groups = related_pieces(scores)
    group = {piece.name: number for piece, number in zip(scores, groups, strict=True)}
    for first, second in (
        ("bwv347", "bwv37.6"),  # Ich dank dir, lieber Herre
        ("bwv244.37", "bwv395"),  # O Welt, ich muss dich lassen
        ("bwv302", "bwv80.8"),  # Ein feste Burg
        ("bwv1.6", "bwv172.6"),  # Wie schön leuchtet der Morgenstern, with other passing notes
    ):
        assert group[first] == group[second], (first, second)
    assert group["bwv253"] != group["bwv254"]
    assert max(groups.count(number) for number in set(groups)) == 13  # O Haupt voll Blut
