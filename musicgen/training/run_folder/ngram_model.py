"""N-gram model of a run's training pieces: the baseline, as a model to compose with."""

from __future__ import annotations

from pathlib import Path

from musicgen.corpus.load import load_collection
from musicgen.errors import MusicgenError
from musicgen.evaluation.ngram import NGram, fit, fit_best
from musicgen.file_hashes import DamagedFile, check_files
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.forecast.memory import MAX_NGRAM_NOTES
from musicgen.training.run_folder.registry import NGRAM, find_run
from musicgen.training.run_folder.results import BASELINES, read_baselines
from musicgen.training.run_folder.run import Run

DEFAULT_ORDER = 4  # where there are no validation pieces to choose the best order


class NGramUnavailable(MusicgenError):
    """An n-gram that cannot be fitted: the collection is gone or too large."""


def fit_run_ngram(run: Run) -> NGram:
    """Fit the best n-gram to a run's training pieces, which takes seconds.

    Raises NGramUnavailable.
    """
    encoding = open_checkpoint(run.checkpoint()).encoding
    try:
        check_files(run.folder, [BASELINES])  # the order of the n-gram is in it
        collection = load_collection(run.settings.source, time=run.settings.time)
        data = prepare(collection, run.settings, encoding, split_to_keep(run))
    except DamagedFile as problem:
        raise NGramUnavailable(f"'{run.name}': {problem}") from None
    except (MusicgenError, OSError) as problem:
        raise NGramUnavailable(
            f"the music that '{run.name}' was trained on is not here: {problem}"
        ) from None
    train, valid = data.pieces["train"], data.pieces["valid"]
    if sum(map(len, train)) > MAX_NGRAM_NOTES:
        raise NGramUnavailable(
            f"'{run.name}' was trained on more than {MAX_NGRAM_NOTES:,} notes: "
            "too many to count for an n-gram"
        )
    baseline = read_baselines(run.folder).get(NGRAM)
    order = baseline.order if baseline else 0
    if order or not valid:
        return fit(encoding, train, order or DEFAULT_ORDER)
    return fit_best(encoding, train, valid)


def find_ngram(name: str) -> tuple[NGram, Path]:
    """The n-gram of `RUN@n-gram`, and the run's best checkpoint."""
    run = find_run(name.removesuffix(f"@{NGRAM}"))
    return fit_run_ngram(run), run.checkpoint()
