"""A run's n-gram as a model to compose from: to hear what the run is better than."""

from __future__ import annotations

import json
from pathlib import Path

from musicgen.corpus.errors import CorpusError
from musicgen.corpus.load import load_collection
from musicgen.errors import MusicgenError
from musicgen.evaluation.ngram import NGram, fit, fit_best
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.data.prepare import prepare
from musicgen.training.forecast.memory import MOST_NOTES
from musicgen.training.keras.final_evaluation import BASELINES
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run

NGRAM = "n-gram"  # `RUN@n-gram` names it where a checkpoint is named
DEFAULT_ORDER = 4  # where no piece is held out to choose the best one by


class NGramUnavailable(MusicgenError, ValueError):
    """What the run learned from cannot be counted."""


def is_ngram_name(name: str) -> bool:
    """Whether the name of a checkpoint is that of an n-gram."""
    return name.endswith(f"@{NGRAM}")


def fit_run_ngram(run: Run) -> NGram:
    """The best n-gram on the pieces that the run's model learned from; it takes seconds.

    NoNGram where its collection is gone or too large to be counted in a person's time.
    """
    encoding = open_checkpoint(run.checkpoint()).encoding
    try:
        data = prepare(load_collection(run.settings.source), run.settings, encoding)
    except (CorpusError, ValueError, OSError) as problem:
        raise NGramUnavailable(
            f"the music that '{run.name}' learned from is not here: {problem}"
        ) from None
    train, valid = data.pieces["train"], data.pieces["valid"]
    if sum(map(len, train)) > MOST_NOTES:
        raise NGramUnavailable(
            f"'{run.name}' learned from more than {MOST_NOTES:,} notes: too many to count"
        )
    order = _known_order(run.folder)
    if order or not valid:
        return fit(encoding, train, order or DEFAULT_ORDER)
    return fit_best(encoding, train, valid)


def find_ngram(name: str) -> tuple[NGram, Path]:
    """The n-gram of `RUN@n-gram` and the checkpoint that it is the baseline of."""
    run = find_run(name.removesuffix(f"@{NGRAM}"))
    return fit_run_ngram(run), run.checkpoint()


def _known_order(run: Path) -> int:
    """The order that was best when the baselines were judged; 0 where they were not."""
    try:
        return int(json.loads((run / BASELINES).read_bytes())[NGRAM]["order"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
