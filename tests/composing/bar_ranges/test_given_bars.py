"""Bars of some parts composed again: all that surrounds them stays to the note."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.surroundings import encode_surroundings
from musicgen.encoding.parts.values import AT_END, REST, last_value
from musicgen.errors import InvalidSetting
from musicgen.score import Score
from musicgen.theory.chosen_parts import only_parts
from tests.encoding.parts.test_parts import A4, C3, C5, DUET
from tests.helpers.tiny_music import band_pieces
from tests.helpers.tiny_runs import band_composer

PARTS = PartsEncoding(given_first=True, chords=True)
QUARTER, BAR = 12, 96  # grid units; ticks
COLUMNS = ["start", "duration", "pitch", "velocity", "program", "part"]
SLOW = pytest.mark.slow  # a second and more each: others of their kind are quick


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    return band_composer(tmp_path_factory.mktemp("run"), encoding=PARTS)


def _band() -> Score:
    [score] = band_pieces(1, 8)
    return score


def _outside(notes: np.ndarray) -> np.ndarray:
    return notes[(notes["start"] < 2 * BAR) | (notes["start"] >= 5 * BAR)]


def test_surroundings_are_the_steps_before_after_and_beside_the_bars() -> None:
    steps = encode_surroundings(PARTS, DUET, QUARTER, 2 * QUARTER, [1])
    assert steps.given is not None
    pairs = zip(steps.given.part.tolist(), steps.given.onset.tolist(), strict=True)
    assert sorted(pairs) == [(0, 0), (0, 24), (0, 36), (1, 0), (1, 24)]
    assert steps.fields[:, 0].tolist() == [C3, A4]  # before the stretch
    assert steps.fields[1, 2] == AT_END  # the flute goes on where its note ends
    after = steps.given.fields[(steps.given.part == 1) & (steps.given.onset == 24)]
    assert after.tolist() == [[REST, 0, last_value(PARTS.grid)]]  # it has no note there
    whole = encode_surroundings(PARTS, DUET, 0, QUARTER, [1])
    assert whole.given is not None and C5 in whole.given.fields[:, 0]


@pytest.mark.parametrize(
    "parts", [*(pytest.param(parts, marks=SLOW) for parts in ([1], [0, 3], [2])), None]
)
def test_what_surrounds_the_bars_stays_to_the_note(composer: Composer, parts) -> None:
    score = _band()
    for seed in range(3):
        again = composer.infill(ComposeSettings(seed=seed, bars=8), score, 2, 4, parts=parts)
        assert again is not None
        composed = range(4) if parts is None else parts
        for number in range(4):
            old, new = (s.notes[s.notes["part"] == number] for s in (score, again.score))
            if number in composed:
                old, new = _outside(old), _outside(new)
            assert old[COLUMNS].tolist() == new[COLUMNS].tolist()


@SLOW
def test_the_bars_are_other_music_by_seed(composer: Composer) -> None:
    score = _band()
    drawn = [
        composer.infill(ComposeSettings(seed=seed, bars=8), score, 2, 4, parts=[1])
        for seed in (1, 1, 2)
    ]
    first, same, other = (piece.score for piece in drawn if piece is not None)
    assert first == same and first != other and first != score


def test_parts_without_a_note_are_refused(composer: Composer) -> None:
    with pytest.raises(InvalidSetting, match="have no note"):
        composer.infill(ComposeSettings(bars=8), only_parts(_band(), [0, 1]), 2, 4, parts=[2])


def test_a_model_that_does_not_know_given_steps_refuses(tmp_path: Path) -> None:
    old = band_composer(tmp_path)
    with pytest.raises(InvalidSetting, match="composes all parts of bars again"):
        old.infill(ComposeSettings(bars=8), _band(), 2, 4, parts=[1])


def test_times_between_grid_steps_stay_outside_of_the_bars(composer: Composer) -> None:
    score = _band().at_resolution(480)
    notes = score.notes.copy()
    notes["start"] += 7
    notes["duration"] -= 9
    played = replace(score, notes=notes, tempo=91.0)
    again = composer.infill(ComposeSettings(bars=8), played, 2, 4, parts=[1, 2])
    assert again is not None and again.score.tempo == 91.0 and again.score.resolution == 480
    start, end = 2 * 4 * 480, 5 * 4 * 480
    for piece in (played, again.score):
        of_piece = piece.notes
        inside = (of_piece["start"] >= start - 10) & (of_piece["start"] < end)
        outside = of_piece[~(inside & np.isin(of_piece["part"], [1, 2]))]
        if piece is played:
            expected = outside[COLUMNS].tolist()
    assert outside[COLUMNS].tolist() == expected
    assert len(again.score) > len(expected)
