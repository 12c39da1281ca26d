"""N-gram of a run: the pieces that it is fitted to, its order, and a collection that is gone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.composing.generation import generate
from musicgen.corpus.split import split_pieces
from musicgen.encoding.events import EventsEncoding
from musicgen.evaluation.ngram import fit
from musicgen.training.run_folder.ngram_model import (
    DEFAULT_ORDER,
    NGramUnavailable,
    find_ngram,
    fit_run_ngram,
)
from musicgen.training.run_folder.registry import is_ngram_name
from musicgen.training.run_folder.run import Run
from tests.helpers.compose_settings import plain_settings
from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import write_run


@pytest.fixture
def run(home: Path) -> Run:
    return Run(write_run(home / "runs", source=str(write_folder(home / "music"))))


def test_it_is_fitted_to_the_training_pieces(run: Run) -> None:
    ngram = fit_run_ngram(run)
    pieces, encoding = tiny_pieces(), EventsEncoding()
    train = [p for p, side in zip(pieces, split_pieces(pieces), strict=True) if side == "train"]
    expected = fit(encoding, map(encoding.encode, train), ngram.order)
    held_out = [encoding.encode(pieces[0])]
    assert ngram.bits(held_out).tolist() == expected.bits(held_out).tolist()


def test_its_order_is_that_of_the_baseline(run: Run) -> None:
    (run.folder / "baselines.json").write_text(json.dumps({"n-gram": {"order": 2}}))
    assert fit_run_ngram(run).order == 2


def test_without_validation_pieces_it_has_the_default_order(run: Run) -> None:
    settings = run.settings
    train = replace(settings.train, valid_share=0.0, test_share=0.0)
    (run.folder / "run.json").write_text(json.dumps(replace(settings, train=train).to_json()))
    assert fit_run_ngram(run).order == DEFAULT_ORDER


def test_pieces_are_composed_from_it(run: Run) -> None:
    assert is_ngram_name("tiny@n-gram") and not is_ngram_name("tiny@latest")
    ngram, checkpoint = find_ngram("tiny@n-gram")
    assert checkpoint == run.checkpoint()
    settings = plain_settings(bars=None, notes=20, max_copy=0, seed=3)
    first, second = (generate(ngram, settings)[0].score for _ in range(2))
    assert len(first) == 20
    assert first.notes.tobytes() == second.notes.tobytes()


def test_a_collection_that_is_gone_is_named(home: Path) -> None:
    run = Run(write_run(home / "runs", source=str(home / "nowhere")))
    with pytest.raises(NGramUnavailable, match="the music that 'tiny' was trained on is not here"):
        fit_run_ngram(run)
