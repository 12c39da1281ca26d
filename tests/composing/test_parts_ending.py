"""Endings of models of `parts`: they go on from the piece as it was drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musicgen.composing.ending import with_ending
from musicgen.composing.generation import Composition, generate
from musicgen.composing.pipeline import Composer
from musicgen.composing.resolved_settings import resolve_settings
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.sampling import choose_ensemble
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from tests.helpers.parrot import PARTS as ENCODING
from tests.helpers.parrot import PartsParrot
from tests.helpers.tiny_music import band_pieces
from tests.helpers.tiny_runs import band_composer


@pytest.fixture(scope="module")
def copyist(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    """A composer that goes on as its training pieces did, where it may."""
    profile = band_composer(tmp_path_factory.mktemp("run")).profile
    return Composer(PartsParrot(band_pieces()), profile)


@pytest.fixture(scope="module")
def open_pieces(copyist: Composer) -> tuple[Composition, ...]:
    """Pieces of a copyist as they were drawn, which are still to be closed."""
    settings = ComposeSettings(bars=6, seed=4, variations=6, key="D minor", endings=8, max_copy=0)
    settings = resolve_settings(settings, copyist.profile)
    ensemble = choose_ensemble(settings, copyist.profile.styles)
    return generate(copyist.model, settings, ensemble=ensemble)


def test_the_model_is_not_run_again_up_to_the_ending(
    copyist: Composer, open_pieces: tuple[Composition, ...]
) -> None:
    model = copyist.model
    assert isinstance(model, PartsParrot)
    for composition in open_pieces:
        assert composition.fork is not None
        runs = []
        for fork in (composition.fork, None):
            before = model.steps_run
            ended = with_ending(model, replace(composition, fork=fork))
            runs.append((model.steps_run - before, ended))
        (from_fork, ended), (from_the_beginning, same) = runs
        assert from_fork < from_the_beginning - 40
        assert ended.score == same.score
        assert ended.log_likelihood.tolist() == same.log_likelihood.tolist()


def test_a_closed_piece_keeps_the_key_and_the_roles_that_it_was_drawn_with(
    copyist: Composer, open_pieces: tuple[Composition, ...]
) -> None:
    closed = [with_ending(copyist.model, composition) for composition in open_pieces]
    assert any(new is not old for new, old in zip(closed, open_pieces, strict=True))
    for new, old in zip(closed, open_pieces, strict=True):
        assert isinstance(new.steps, PartsSteps) and isinstance(old.steps, PartsSteps)
        assert (new.steps.roles, new.steps.key) == (old.steps.roles, 2 + 12)
        assert new.score.parts == old.score.parts
        assert ENCODING.decode(new.steps).notes["pitch"].tolist() == (
            new.score.notes["pitch"].tolist()
        )


def test_a_transposed_piece_of_parts_moves_its_key_and_its_roles(copyist: Composer) -> None:
    settings = ComposeSettings(bars=4, seed=4, key="D minor")
    plain, higher = (
        copyist.compose(replace(settings, transpose=semitones))[0].composition.steps
        for semitones in (0, 3)
    )
    assert isinstance(plain, PartsSteps) and isinstance(higher, PartsSteps)
    assert (plain.key, higher.key) == (2 + 12, 5 + 12)
    assert higher.roles == tuple(role.transposed(3) for role in plain.roles)
