"""Composer: the copy guard by default, retries, the best of several, pieces composed again."""

import json
from copy import copy
from dataclasses import replace
from unittest.mock import create_autospec

import numpy as np
import pytest

from musicgen.composing.generation import generate
from musicgen.composing.pipeline import Composer
from musicgen.composing.ranking import replace_open
from musicgen.composing.resolved_settings import resolve_settings
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.training_profile import TrainingProfile, write_training_profile
from musicgen.encoding.model_interface import Critic
from musicgen.encoding.steps import Features
from musicgen.metres import Metre
from musicgen.score import Score
from musicgen.theory.keys import find_keys
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import FORBIDDEN, Parrot, ParrotStepper, parrot_of
from tests.helpers.tunes import tune

TRAINING = [tune(seed, notes=200) for seed in range(8)]
HELD_OUT = [tune(seed, notes=200) for seed in range(100, 104)]


@pytest.fixture(scope="module")
def parrot() -> Parrot:
    return parrot_of(TRAINING)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> TrainingProfile:
    return write_training_profile(tmp_path_factory.mktemp("run"), TRAINING, HELD_OUT, [2.0, 3.0])


@pytest.fixture(scope="module")
def composer(parrot: Parrot, profile: TrainingProfile) -> Composer:
    return Composer(parrot, profile)


def test_long_copies_are_forbidden_by_default(composer: Composer) -> None:
    pieces = composer.compose(plain_settings(bars=12, variations=4))
    assert len(pieces) == 4
    for piece in pieces:
        max_copy = piece.composition.settings.max_copy
        assert max_copy == 8  # the held-out tunes share nothing with the others: the minimum
        assert piece.originality is not None and piece.originality.longest_match <= max_copy


def test_max_copy_0_allows_copies(composer: Composer) -> None:
    (piece,) = composer.compose(plain_settings(bars=12, max_copy=0))
    assert piece.originality is not None and piece.originality.longest_match > 30


def test_without_an_index_there_is_no_copy_guard(parrot: Parrot) -> None:
    (piece,) = Composer(parrot, TrainingProfile()).compose(plain_settings(bars=4))
    assert piece.originality is None and piece.composition.settings.max_copy == 0


def test_the_settings_of_a_piece_generate_it_again(composer: Composer) -> None:
    piece = composer.compose(plain_settings(bars=6, variations=3, seed=4))[2]
    settings, variation = piece.composition.settings, piece.composition.variation
    index = composer.profile.index
    (again,) = generate(composer.model, settings, index=index, variations=[variation])
    assert again.score == piece.score


def test_facts_are_json(composer: Composer) -> None:
    (piece,) = composer.compose(plain_settings(bars=6, seed=4))
    facts = json.loads(json.dumps(piece.facts(), allow_nan=False))
    assert facts["notes"] == len(piece.score) and facts["bars"] == 6 and facts["seed"] == 4
    assert facts["upbeat"] is False and facts["seconds"] > 0
    assert facts["collapse"] is None
    assert set(facts["originality"]) >= {"longest_match", "matches", "source", "human_95"}


def test_facts_have_metrics_and_penalty_under_their_earlier_names_too(composer: Composer) -> None:
    (piece,) = composer.compose(plain_settings(bars=6, seed=4))
    facts = piece.facts()
    assert facts["figures"] == facts["metrics"] != {}
    assert set(facts["score"]) == {"likelihood", "figures", "originality", "collapse"}
    assert set(facts["penalty"]) == {
        "likelihood",
        "metrics",
        "originality",
        "degenerate_repetition",
        "total",
    }
    assert facts["penalty"]["total"] == pytest.approx(sum(facts["score"].values()))


def test_the_best_of_many_have_the_least_penalty(composer: Composer) -> None:
    settings = plain_settings(bars=8, variations=2)
    best = composer.compose(settings, candidates=16)
    totals = [piece.penalty.total for piece in best]
    candidates = composer.compose(replace(settings, variations=16))
    assert totals == sorted(piece.penalty.total for piece in candidates)[:2]


def test_a_model_with_a_critic_needs_no_choice_among_several(composer: Composer) -> None:
    model = copy(composer.model)
    model.critic = create_autospec(Critic)
    with_critic = Composer(model, composer.profile)
    assert with_critic.candidates() == 1
    assert with_critic.candidates(particles=1) == 4  # the critic is not asked
    assert composer.candidates() == 4


class Stuck:
    """A parrot whose pieces in some rows of the first batches repeat one note."""

    warmup_windows = ()
    critic = None

    def __init__(self, parrot: Parrot, rows: list[int], batches: int) -> None:
        self.parrot, self.rows, self.batches = parrot, rows, batches
        self.encoding = parrot.encoding

    def start(self, pieces: int) -> ParrotStepper:
        self.batches -= 1
        stuck = self.rows if self.batches >= 0 else []

        class Stepper(ParrotStepper):
            def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
                logits = super().logits(features, drawn)
                for row in stuck:
                    logits[row] = FORBIDDEN
                    logits[row, (12, 30, 5)[drawn.shape[1]]] = 0
                return logits

        return Stepper(self.parrot, pieces)


def test_a_piece_with_degenerate_repetition_is_replaced(parrot: Parrot) -> None:
    model = Stuck(parrot, [0, 1], batches=1)
    settings = plain_settings(bars=None, notes=60, variations=2)
    pieces = Composer(model, TrainingProfile()).compose(settings)
    assert [piece.composition.variation for piece in pieces] == [2, 3]
    assert all(piece.degenerate_repetition is None for piece in pieces)


def test_a_piece_after_all_retries_reports_its_degenerate_repetition(parrot: Parrot) -> None:
    model = Stuck(parrot, [0], batches=99)
    settings = plain_settings(bars=None, notes=60)
    (piece,) = Composer(model, TrainingProfile()).compose(settings)
    assert piece.degenerate_repetition is not None
    assert piece.facts()["collapse"] == str(piece.degenerate_repetition)
    assert set(piece.score.notes["pitch"]) == {51}


def test_stopped_pieces_are_returned_without_retries(composer: Composer) -> None:
    calls = iter(range(10**6))
    settings = plain_settings(bars=50, variations=2)
    pieces = composer.compose(settings, stop=lambda: next(calls) == 20)
    assert [len(piece.score) for piece in pieces] == [20, 20]
    assert not pieces[0].composition.finished


def test_a_piece_that_is_stopped_before_its_ending_keeps_its_last_bars(composer: Composer) -> None:
    settings = plain_settings(bars=8)
    calls: list[None] = []
    drawn = composer.compose(settings, stop=lambda: calls.append(None) is not None)[0]
    number = iter(range(10**6))
    (piece,) = composer.compose(
        replace(settings, endings=4), stop=lambda: next(number) >= len(calls)
    )
    assert piece.score == drawn.score
    assert drawn.composition.finished and not piece.composition.finished


def test_resolved_settings_keep_max_copy_where_it_is_set(profile: TrainingProfile) -> None:
    assert resolve_settings(plain_settings(max_copy=14), profile).max_copy == 14
    assert resolve_settings(plain_settings(), profile).max_copy == 8


def test_resolved_settings_are_of_this_version(profile: TrainingProfile) -> None:
    old = ComposeSettings.from_json({"bars": 4})
    assert old.draws_other_notes and not resolve_settings(old, profile).draws_other_notes


def test_a_piece_with_upbeat_key_and_parts_is_composed_again(composer: Composer) -> None:
    keys = {"C major": 1.0, "A minor": 1.0}
    style = MetreStyle("4/4", 1.0, 90.0, 0, {"1": 1.0}, keys, 72.0, 1.0, 1)
    in_style = Composer(composer.model, replace(composer.profile, styles=(style,)))
    for piece in in_style.compose(ComposeSettings(bars=6, variations=3, seed=4)):
        settings, variation = piece.composition.settings, piece.composition.variation
        assert piece.score.metres == (Metre(0, 1, 4), Metre(24, 4, 4)) and piece.score.bars == 7
        assert in_style.compose_one(settings, variation).score == piece.score
        # All that the style decided is in the piece's own settings.
        assert composer.compose_one(settings, variation).score == piece.score
        [key] = find_keys([piece.score])
        assert key is not None
        # A piece as wide as the range cannot be transposed.
        assert key.name in keys or settings.transpose == 0


def test_on_bar_gets_scores_in_parts(composer: Composer) -> None:
    scores: list[Score] = []
    settings = plain_settings(bars=4, parts=2)
    composer.compose_one(settings, on_bar=lambda _, __, score: scores.append(score))
    assert scores and all(set(score.notes["part"].tolist()) == {0, 1} for score in scores[1:])


@pytest.mark.parametrize(
    ("best", "others", "expected"),
    [
        (["open 1", "open 2"], ["closed 3", "closed 4"], ["closed 3", "closed 4"]),
        (["closed 1"], ["closed 2"], ["closed 1"]),
        (["open 1"], ["open 2", "closed 3"], ["closed 3"]),
        (["open 1"], ["open 2"], ["open 1"]),
    ],
)
def test_a_piece_that_stays_open_is_replaced_by_the_next_that_closes(
    best: list[str], others: list[str], expected: list[str]
) -> None:
    def stays_open(name: str) -> bool:
        return name.startswith("open")

    assert replace_open(best, others, lambda name: name, stays_open) == expected
