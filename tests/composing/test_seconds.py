"""A model of performances composes in seconds: no metre, no upbeat, no ending by bars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.originality.report import originality
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile, write_training_profile
from musicgen.encoding.events import EventsEncoding
from musicgen.errors import InvalidSetting
from tests.helpers.bands import performance_score
from tests.helpers.tiny_graphs import tiny_checkpoint

ENCODING = EventsEncoding(clock="seconds")


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    training = [performance_score(200)]
    profile = write_training_profile(tmp_path, training, [], encoding=ENCODING)
    return Composer(OnnxModel(tiny_checkpoint(tmp_path, ENCODING)), profile)


def test_a_bar_of_the_length_is_two_seconds(composer: Composer) -> None:
    [piece] = composer.compose(ComposeSettings(bars=8, seed=3))
    score = piece.score
    assert score.is_performance
    assert 14 < score.seconds <= 16
    assert (score.resolution, score.tempo, score.has_pickup) == (50, 120, False)
    assert np.array_equal(ENCODING.canonical(score).notes["start"], score.notes["start"])


def test_a_performance_is_continued(composer: Composer) -> None:
    primer = performance_score(40)
    [piece] = composer.compose(ComposeSettings(bars=30, seed=1), primer)
    count = piece.composition.primer_notes
    begun = ENCODING.canonical(primer)
    assert piece.score.notes["start"][:count].tolist() == begun.notes["start"].tolist()
    assert 58 < piece.score.seconds <= 60


def test_seconds_are_composed_again(composer: Composer) -> None:
    [piece] = composer.compose(ComposeSettings(bars=8, seed=3))
    other = composer.infill(ComposeSettings(bars=8, seed=4), piece.score, 2, 3)
    assert other is not None
    before, after = piece.score.notes, other.score.notes
    assert before[before["start"] < 400].tolist() == after[after["start"] < 400].tolist()


REFUSED = ({"metre": "3/4"}, {"pickup": 1.0}, {"grid": "8th"}, {"tempo": 90})


@pytest.mark.parametrize("changes", REFUSED)
def test_what_takes_beats_is_refused_by_name(composer: Composer, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match=next(iter(changes))):
        composer.compose(ComposeSettings(bars=8, **changes))


def test_a_copy_of_a_performance_is_found_with_its_long_silences(composer: Composer) -> None:
    score = ENCODING.canonical(performance_score(200))
    profile: TrainingProfile = composer.profile
    assert profile.index is not None
    assert originality(score, profile.index).longest_match == len(score)
