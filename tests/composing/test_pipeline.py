"""Composing with a run's background: the guard by default, retries, the best of many."""

import json
from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.generation import generate
from musicgen.composing.pipeline import Composer, replace_open, resolve_settings
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.training_profile import TrainingProfile, write_training_profile
from musicgen.score import Metre
from musicgen.theory.keys import find_keys
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import ParrotStepper, parrot_of
from tests.helpers.tunes import tune

TRAINING = [tune(seed, notes=200) for seed in range(8)]
HELD_OUT = [tune(seed, notes=200) for seed in range(100, 104)]


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> TrainingProfile:
    return write_training_profile(tmp_path_factory.mktemp("run"), TRAINING, HELD_OUT, [2.0, 3.0])


def test_copies_are_forbidden_by_default(known):
    pieces = Composer(parrot_of(TRAINING), known).compose(plain_settings(bars=12, variations=4))
    assert len(pieces) == 4
    for piece in pieces:
        most = piece.composition.settings.max_copy
        assert most == 8  # tunes share nothing, so that the least is the default
        assert piece.originality is not None and piece.originality.longest_match <= most


def test_0_allows_every_copy_and_without_an_index_nothing_is_promised(known):
    settings = plain_settings(bars=12, max_copy=0)
    (piece,) = Composer(parrot_of(TRAINING), known).compose(settings)
    assert piece.originality is not None and piece.originality.longest_match > 30
    (piece,) = Composer(parrot_of(TRAINING), TrainingProfile()).compose(plain_settings(bars=4))
    assert piece.originality is None and piece.composition.settings.max_copy == 0


def test_the_settings_of_a_piece_bring_it_back(known):
    parrot = parrot_of(TRAINING)
    piece = Composer(parrot, known).compose(plain_settings(bars=6, variations=3, seed=4))[2]
    made = piece.composition
    (again,) = generate(parrot, made.settings, index=known.index, variations=[made.variation])
    assert again.score == piece.score


def test_the_facts_are_json(known):
    (piece,) = Composer(parrot_of(TRAINING), known).compose(plain_settings(bars=6, seed=4))
    facts = json.loads(json.dumps(piece.facts(), allow_nan=False))
    assert facts["notes"] == len(piece.score) and facts["bars"] == 6 and facts["seed"] == 4
    assert facts["upbeat"] is False
    assert set(facts["originality"]) >= {
        "longest_match",
        "longest_match_bars",
        "matches",
        "longest_run",
        "longest_run_bars",
        "source",
        "share_8",
        "human_95",
    }
    assert facts["collapse"] is None and facts["seconds"] > 0


def test_the_best_of_many_are_better_than_the_first(known):
    parrot, settings = parrot_of(TRAINING), plain_settings(bars=8, variations=2)
    first = Composer(parrot, known).compose(settings)
    best = Composer(parrot, known).compose(settings, candidates=16)
    totals = [piece.penalty.total for piece in best]
    assert len(best) == 2 and totals == sorted(totals)
    assert sum(totals) <= sum(piece.penalty.total for piece in first)
    everyone = Composer(parrot, known).compose(replace(settings, variations=16))
    assert totals == sorted(piece.penalty.total for piece in everyone)[:2]


class Stuck:
    """The parrot, but the pieces in some rows of the first batch say one key for ever."""

    warmup_windows = ()

    def __init__(self, rows: list[int], batches: int) -> None:
        self.parrot, self.rows, self.batches = parrot_of(TRAINING), rows, batches
        self.encoding = self.parrot.encoding

    def start(self, pieces: int) -> ParrotStepper:
        self.batches -= 1
        stuck = self.rows if self.batches >= 0 else []

        class Stepper(ParrotStepper):
            def logits(self, features, drawn):
                found = super().logits(features, drawn)
                for row in stuck:
                    found[row] = -1e9
                    found[row, (12, 30, 5)[drawn.shape[1]]] = 0
                return found

        return Stepper(self.parrot, pieces)


def test_a_piece_that_collapsed_is_composed_again():
    model, settings = Stuck([0, 1], batches=1), plain_settings(bars=None, notes=60, variations=2)
    pieces = Composer(model, TrainingProfile()).compose(settings)
    assert [piece.composition.variation for piece in pieces] == [2, 3]
    assert all(piece.degenerate_repetition is None for piece in pieces)


def test_if_all_collapse_it_is_said():
    model, settings = Stuck([0], batches=99), plain_settings(bars=None, notes=60)
    (piece,) = Composer(model, TrainingProfile()).compose(settings)
    assert piece.degenerate_repetition is not None
    assert piece.facts()["collapse"] == "caught in one note from bar 1 on, 60 times in a row"
    assert set(piece.score.notes["pitch"]) == {51}


def test_stopped_pieces_are_kept_and_not_tried_again(known):
    steps = iter(range(10**6))
    settings = plain_settings(bars=50, variations=2)
    pieces = Composer(parrot_of(TRAINING), known).compose(settings, stop=lambda: next(steps) == 20)
    assert [len(piece.score) for piece in pieces] == [20, 20]
    assert not pieces[0].composition.finished


def test_resolved_keeps_what_was_asked_for(known):
    assert resolve_settings(plain_settings(max_copy=14), known).max_copy == 14
    assert np.isclose(resolve_settings(plain_settings(), known).max_copy, 8)


def test_a_piece_is_brought_back_with_its_upbeat_key_and_parts(known):
    upbeat = MetreStyle(
        "4/4", 1.0, 90.0, 0, {"1": 1.0}, {"C major": 1.0, "A minor": 1.0}, 72.0, 1.0, 1
    )
    usual = replace(known, styles=(upbeat,))
    parrot = parrot_of(TRAINING)
    pieces = Composer(parrot, usual).compose(ComposeSettings(bars=6, variations=3, seed=4))
    for piece in pieces:
        made = piece.composition
        assert piece.score.metres == (Metre(0, 1, 4), Metre(24, 4, 4)) and piece.score.bars == 7
        assert made.steps.fields.shape[0] >= len(piece.score)
        assert parrot.encoding.decode(made.steps).notes["pitch"][0] == piece.score.notes["pitch"][0]
        again = Composer(parrot, usual).compose_one(made.settings, made.variation)
        assert again.score == piece.score
        assert (
            Composer(parrot, known).compose_one(made.settings, made.variation).score == piece.score
        )
        transpose = made.settings.transpose
        [key] = find_keys([piece.score])
        assert key.name in upbeat.keys or transpose == 0  # it fills the whole keyboard


def test_what_is_told_of_bars_is_in_parts(known):
    told = []
    settings = plain_settings(bars=4, parts=2)
    Composer(parrot_of(TRAINING), known).compose_one(
        settings, on_bar=lambda _, __, score: told.append(score)
    )
    assert told and all(set(score.notes["part"].tolist()) == {0, 1} for score in told[1:])


def test_a_piece_that_is_stopped_before_its_ending_is_kept_as_it_came(known):
    settings, asked = plain_settings(bars=8, endings=4), []
    Composer(parrot_of(TRAINING), known).compose(settings, stop=lambda: bool(asked.append(1)))
    plain = Composer(parrot_of(TRAINING), known).compose(replace(settings, endings=0))[0]
    steps = iter(range(1, len(asked) + 1))
    (piece,) = Composer(parrot_of(TRAINING), known).compose(
        settings, stop=lambda: next(steps) == len(asked)
    )
    assert (piece.score, piece.facts()["finished"]) == (plain.score, False)


@pytest.mark.parametrize(
    ("best", "others", "expected"),
    [
        (["open 1", "open 2"], ["closed 3", "closed 4"], ["closed 3", "closed 4"]),
        (["closed 1"], ["closed 2"], ["closed 1"]),
        (["open 1"], ["open 2", "closed 3"], ["closed 3"]),
        (["open 1"], ["open 2"], ["open 1"]),
    ],
)
def test_a_piece_that_stays_open_is_replaced_by_the_next_that_closes(best, others, expected):
    def stays_open(name: str) -> bool:
        return name.startswith("open")

    assert replace_open(best, others, lambda name: name, stays_open) == expected
