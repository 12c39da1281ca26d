"""Copy guards, on models that copy their training pieces."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from musicgen.composing.generation import generate
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.encoding.notes import NotesEncoding
from musicgen.errors import InvalidSetting
from musicgen.score import Score
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tunes import tune

TRAINING = [tune(seed, notes=250) for seed in range(10)]


@pytest.fixture(scope="module")
def index() -> OriginalityIndex:
    return OriginalityIndex.build(TRAINING)


def longest_matches_of(model: Parrot, index: OriginalityIndex, **changes: Any) -> list[int]:
    """Longest matches of 40 pieces."""
    pieces = []
    for seed in (0, 1):
        settings = plain_settings(bars=None, notes=200, variations=20, seed=seed, **changes)
        pieces += generate(model, settings, index=index)
    return [originality(piece.score, index).longest_match for piece in pieces]


@pytest.mark.slow
def test_copies_are_as_long_as_allowed_and_no_longer(index: OriginalityIndex) -> None:
    parrot = parrot_of(TRAINING)
    free = longest_matches_of(parrot, index)
    assert len(free) == 40 and np.median(free) > 100
    guarded = longest_matches_of(parrot, index, max_copy=12)
    assert max(guarded) == 12 and np.median(guarded) == 12


def test_copies_are_limited_within_a_key_and_a_small_range(index: OriginalityIndex) -> None:
    parrot = parrot_of(TRAINING)
    limits = {"key": "C pentatonic", "lowest": 48, "highest": 60}
    guarded = longest_matches_of(parrot, index, max_copy=8, **limits)
    assert len(guarded) == 40 and max(guarded) <= 8


def test_a_primer_from_the_training_data_is_continued_in_another_way(
    index: OriginalityIndex,
) -> None:
    primer = Score(TRAINING[3].notes[:30])
    settings = plain_settings(bars=None, notes=60, max_copy=12)
    (piece,) = generate(parrot_of(TRAINING), settings, primer, index=index)
    first = piece.score.notes[:31][["start", "pitch"]]
    assert not np.array_equal(first, TRAINING[3].notes[:31][["start", "pitch"]])
    assert originality(piece.score, index).longest_match == 30
    assert originality(piece.composed, index).longest_match <= 12


def test_a_guarded_variation_does_not_depend_on_the_batch(index: OriginalityIndex) -> None:
    parrot = parrot_of(TRAINING)
    settings = plain_settings(bars=12, variations=5, max_copy=9)
    together = generate(parrot, settings, index=index)
    (alone,) = generate(parrot, settings, index=index, variations=[4])
    assert alone.score == together[4].score


def test_max_copy_needs_an_index() -> None:
    with pytest.raises(InvalidSetting, match="max-copy needs an index of the training pieces"):
        generate(parrot_of(TRAINING[:1]), plain_settings(max_copy=12))


def test_copies_of_a_model_of_notes_are_limited() -> None:
    encoding = NotesEncoding.for_scores(TRAINING)
    steps = [encoding.encode(score) for score in TRAINING]
    classic = Parrot(encoding, steps, order=3)
    index = OriginalityIndex.build([encoding.decode(piece) for piece in steps])
    settings = plain_settings(bars=None, notes=120, variations=10, temperature=1.0, top_p=1.0)
    free = [originality(p.score, index).longest_match for p in generate(classic, settings)]
    assert np.median(free) > 40
    pieces = generate(classic, replace(settings, max_copy=12), index=index)
    guarded = [originality(piece.score, index).longest_match for piece in pieces]
    assert max(guarded) <= 12 and min(len(piece.steps) for piece in pieces) == 120
