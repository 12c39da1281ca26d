"""The guard against copying, on models that do nothing but copy."""

import numpy as np
import pytest

from musicgen.composing.generation import generate
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.notes import NotesEncoding
from musicgen.score import Score
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tunes import tune

TRAINING = [tune(seed, notes=250) for seed in range(10)]


@pytest.fixture(scope="module")
def index() -> OriginalityIndex:
    return OriginalityIndex.build(TRAINING)


def longest_matches_of(model, index, **settings) -> list[int]:
    wanted = plain_settings(bars=None, notes=200, variations=50, **settings)
    pieces = [
        p for seed in (0, 1) for p in generate(model, replace_seed(wanted, seed), index=index)
    ]
    return [originality(piece.score, index).longest_match for piece in pieces]


def replace_seed(settings: ComposeSettings, seed: int) -> ComposeSettings:
    return ComposeSettings.from_json({**settings.to_json(), "seed": seed})


def test_a_parrot_copies_and_may_not(index):
    parrot = parrot_of(TRAINING)
    free = longest_matches_of(parrot, index)
    assert len(free) == 100 and np.median(free) > 100
    held = longest_matches_of(parrot, index, max_copy=12)
    # It goes on copying as far as it may, and never farther.
    assert max(held) == 12 and np.median(held) == 12


def test_with_a_key_and_a_small_range_it_holds_as_well(index):
    parrot = parrot_of(TRAINING)
    held = longest_matches_of(parrot, index, max_copy=8, key="C pentatonic", lowest=48, highest=60)
    assert len(held) == 100 and max(held) <= 8


def test_a_primer_from_the_training_data_is_not_gone_on_with(index):
    primer = Score(TRAINING[3].notes[:30])
    settings = plain_settings(bars=None, notes=60, max_copy=12)
    (piece,) = generate(parrot_of(TRAINING), settings, primer, index=index)
    first = piece.score.notes[:31][["start", "pitch"]]
    assert not np.array_equal(first, TRAINING[3].notes[:31][["start", "pitch"]])
    assert originality(piece.score, index).longest_match == 30
    assert originality(piece.composed, index).longest_match <= 12


def test_a_guarded_variation_is_the_same_in_any_company(index):
    parrot = parrot_of(TRAINING)
    settings = plain_settings(bars=12, variations=5, max_copy=9)
    together = generate(parrot, settings, index=index)
    (alone,) = generate(parrot, settings, index=index, variations=[4])
    assert alone.score == together[4].score


def test_without_an_index_there_is_nothing_to_promise():
    with pytest.raises(ValueError, match="max-copy needs an index of the training pieces"):
        generate(parrot_of(TRAINING[:1]), plain_settings(max_copy=12))


def test_classic_may_not_copy_either():
    encoding = NotesEncoding.for_scores(TRAINING)
    steps = [encoding.encode(score) for score in TRAINING]
    classic = Parrot(encoding, steps, order=3)
    index = OriginalityIndex.build([encoding.decode(piece) for piece in steps])
    settings = plain_settings(bars=None, notes=120, variations=10, temperature=1.0, top_p=1.0)
    free = [originality(p.score, index).longest_match for p in generate(classic, settings)]
    assert np.median(free) > 40
    guarded = ComposeSettings.from_json({**settings.to_json(), "max_copy": 12})
    pieces = generate(classic, guarded, index=index)
    held = [originality(piece.score, index).longest_match for piece in pieces]
    assert max(held) <= 12 and min(len(piece.steps) for piece in pieces) == 120
