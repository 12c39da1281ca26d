"""Chords that are asked for: where they lie, their key, and their effect on what is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.asked_chords import (
    chords_over_bars,
    in_key_of_chords,
    without_key_of_chords,
)
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.grid import BEATS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import NO_ROOT
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from tests.helpers.tiny_runs import band_composer

PARTS = PartsEncoding(given_first=True, chords=True)
COMMON, WALTZ = (Metre(0, 4, 4),), (Metre(0, 3, 4),)


def test_a_progression_is_repeated_over_the_bars() -> None:
    chords = chords_over_bars(ComposeSettings(bars=3, chords="C | F G"), COMMON, BEATS)
    assert chords.onset.tolist() == [0, 48, 72, 96]
    assert chords.root.tolist() == [0, 5, 7, 0]
    assert chords.mask.tolist() == [0b10010001, 0b1000100001, 0b100010000100, 0b10010001]


def test_an_upbeat_has_no_chord_and_no_chord_leaves_bars_open() -> None:
    settings = ComposeSettings(bars=2, pickup=1.0, metre="3/4", chords="Am | N.C.")
    metres = settings.first_metres()
    chords = chords_over_bars(settings, metres, BEATS)
    assert (chords.onset.tolist(), chords.root.tolist()) == ([12, 48], [9, NO_ROOT])


def test_a_key_that_is_that_of_the_chords_was_left_to_them() -> None:
    given = ComposeSettings(bars=2, chords="G | D7 | G")
    assert in_key_of_chords(given).key == "G major"
    assert without_key_of_chords(in_key_of_chords(given)).key is None
    for settings in (replace(given, key="C major"), ComposeSettings(key="C major")):
        assert without_key_of_chords(settings) == settings


def test_more_chords_than_beats_are_refused() -> None:
    settings = ComposeSettings(bars=2, chords="C D E F")
    assert len(chords_over_bars(settings, COMMON, BEATS).root) == 2  # a chord a bar
    with pytest.raises(InvalidSetting, match="4 chords has only 3 beats"):
        chords_over_bars(ComposeSettings(bars=2, chords="| C D E F |"), WALTZ, BEATS)
    with pytest.raises(InvalidSetting, match="Bar 2: 'H'"):
        ComposeSettings(chords="C | H")


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ("Bb F | Gm Eb", "Bb major"),
        ("C | Am7 | F G", "C major"),
        ("Am Dm E7 Am", "A minor"),
        ("D A7 D G", "D major"),
    ],
)
def test_the_key_is_that_of_the_chords(chords: str, key: str) -> None:
    assert in_key_of_chords(ComposeSettings(chords=chords)).key == key
    in_e = ComposeSettings(chords=chords, key="E minor")
    assert in_key_of_chords(in_e).key == "E minor"


def _share_of_chord_tones(composer: Composer, strength: float) -> float:
    settings = ComposeSettings(
        bars=8, chords="C | F", chord_strength=strength, variations=4, metre="4/4", pickup=0
    )
    of_chord = []
    for piece in composer.compose(settings):
        notes = piece.score.pitched.notes
        on_beat = notes[notes["start"] % 24 == 0]
        tones = [{0, 4, 7}, {5, 9, 0}]
        of_chord += [int(n["pitch"]) % 12 in tones[int(n["start"]) // 96 % 2] for n in on_beat]
    return float(np.mean(of_chord))


def test_strength_makes_tones_of_other_chords_less_likely(tmp_path: Path) -> None:
    composer = band_composer(tmp_path, encoding=PARTS)
    assert _share_of_chord_tones(composer, 3.0) > _share_of_chord_tones(composer, 0.0) + 0.3


def test_a_model_without_chords_refuses_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="was not trained on chords"):
        band_composer(tmp_path).compose(ComposeSettings(chords="C"))
