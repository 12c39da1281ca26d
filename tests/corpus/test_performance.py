"""Performances are told from scores whose notes lie on a beat, however they are humanised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.corpus.performance import beat_concentration, is_performed
from musicgen.score import Score, notes_from
from musicgen.score_fields import TempoChange
from tests.helpers.tunes import hymn, tune

RESOLUTION = 480


def _at(quarters: np.ndarray, jitter_ms: float = 0, offset: float = 0) -> Score:
    """A score at 120 of notes at times in quarters."""
    errors = np.random.default_rng(1).normal(size=len(quarters)) * jitter_ms / 500
    starts = np.rint((np.asarray(quarters) + errors + offset).clip(0) * RESOLUTION)
    return Score(notes_from([(int(start), 100, 60) for start in starts]), resolution=RESOLUTION)


def _performed(score: Score, seed: int) -> Score:
    """A score played with a tempo that wanders, written at 120 with 384 ticks per quarter."""
    rng = np.random.default_rng(seed)
    seconds = score.seconds_at(score.notes["start"])
    knots = np.arange(0, score.seconds + 5, 2.5)
    played = np.cumsum(2.5 * rng.uniform(0.8, 1.2, len(knots)))
    notes = score.notes.copy()
    notes["start"] = np.rint((np.interp(seconds, knots, played)) * 2 * 384)
    return Score(notes, resolution=384)


QUARTERS = np.arange(64)
ON_THE_BEAT = {
    "16ths": QUARTERS / 4,
    "32nds": QUARTERS / 8,
    "triplets": QUARTERS / 3,
    "16ths and triplets": np.concatenate([QUARTERS / 4, 16 + QUARTERS / 3]),
    "quintuplets": QUARTERS / 5,
    "septuplets": QUARTERS / 7,
    "swing": QUARTERS // 2 + (QUARTERS % 2) * 2 / 3,
    "light swing": QUARTERS // 2 + (QUARTERS % 2) * 0.58,
}


@pytest.mark.parametrize("rhythm", ON_THE_BEAT)
def test_rhythms_on_the_beat_are_no_performances(rhythm: str) -> None:
    assert not is_performed(_at(ON_THE_BEAT[rhythm]))


@pytest.mark.parametrize(
    "rhythm", sorted(ON_THE_BEAT.keys() - {"32nds", "septuplets"})
)  # of 60 to 70 ms
def test_rhythms_on_the_beat_may_be_humanised(rhythm: str) -> None:
    assert not is_performed(_at(ON_THE_BEAT[rhythm], jitter_ms=10))


def test_a_file_that_lies_beside_its_beats_throughout_is_no_performance() -> None:
    assert not is_performed(_at(QUARTERS / 4, 10, offset=0.11))


def test_a_file_joined_from_passages_beside_the_beat_is_no_performance() -> None:
    passages = [_at(np.arange(128) / 4, 5, offset).notes for offset in (0, 0.07, 0.13, 0.19)]
    for number, notes in enumerate(passages):
        notes = notes.copy()
        notes["start"] += 40 * number * RESOLUTION
        passages[number] = notes
    assert not is_performed(Score(np.concatenate(passages), resolution=RESOLUTION))


def test_a_tempo_map_does_not_matter_to_notes_on_its_beats() -> None:
    changes = tuple(TempoChange(60 * i, 60.0 + 7 * (i % 9)) for i in range(1, 20))
    assert not is_performed(replace(hymn(3), tempo_changes=changes))


@pytest.mark.parametrize("seed", range(6))
def test_pieces_played_freely_are_performances(seed: int) -> None:
    assert is_performed(_performed(hymn(seed, 40), seed))
    assert is_performed(_performed(tune(seed, 300), seed))


def test_onsets_anywhere_are_a_performance_from_20_notes_on() -> None:
    anywhere = np.sort(np.random.default_rng(5).uniform(0, 60, 20))
    assert is_performed(_at(anywhere))
    assert not is_performed(_at(anywhere[:19]))
    assert not is_performed(Score())


def test_the_concentration_is_1_on_a_grid_and_0_of_nothing() -> None:
    assert beat_concentration(_at(QUARTERS / 4)) == pytest.approx(1, abs=1e-6)
    assert beat_concentration(Score()) == 0
