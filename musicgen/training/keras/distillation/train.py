"""Training of one model on what the mean of several models composes, beside people's pieces.

Models of one collection that see different features, or began differently, are wrong in different
places, and the mean of their probabilities is better than each. A model that has learned from
pieces drawn from the mean is nearly as good, and as fast as one. There is no end of such pieces, so
that they are not learned by heart. By soft targets: Hinton, Vinyals and Dean, Distilling the
Knowledge in a Neural Network, 2015; by drawn sequences: Kim and Rush, Sequence-Level Knowledge
Distillation, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from musicgen.bounds import Bounds, all_within
from musicgen.composing.decoding.mean_model import MeanModel
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import MAX_BARS, MAX_SEED, ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import Cancelled, InvalidSetting
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.settings import LstmSettings
from musicgen.progress import Progress
from musicgen.training.data.prepare import TrainingData, prepare
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.run_folder.registry import create_run, find_run
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import STOPPED
from musicgen.training.settings import RunSettings
from musicgen.training.worker.process import train_run

COMPOSING = "composing pieces to learn from"
TOGETHER = 16  # pieces that are drawn in one batch: they have one key and the same parts


@dataclass(frozen=True)
class Distillation:
    """How many pieces are composed to learn from, and how they are learned."""

    BOUNDS: ClassVar[Bounds] = {
        "pieces": (TOGETHER, 100_000),
        "bars": (2, MAX_BARS // 2),
        "repeats": (1, 100),
        "minutes": (0.01, 10_000.0),
        "learning_rate": (1e-7, 1.0),
        "dropout": LstmSettings.BOUNDS["dropout"],
        "seed": (0, MAX_SEED),
    }
    pieces: int = 1760  # that the teachers compose
    bars: int = 14  # of a piece in the mean; half to twice as many
    repeats: int = 2  # of people's pieces, an epoch: more of them would be learned by heart
    minutes: float = 27.0
    learning_rate: float = 1e-3
    dropout: float = 0.2  # less than with people's few pieces alone
    seed: int = 0

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)


def distill(name: str, teachers: Sequence[str], settings: Distillation) -> str:
    """Train a run that begins with the first teacher's weights; returns its last state.

    teachers: names of runs of `parts`. The same call resumes a run that was stopped. Raises
    InvalidSetting for teachers that know no parts or do not fit together.
    """
    composer = open_teachers(teachers)
    run = _run(name, teachers[0], settings)
    (run.folder / "stop").unlink(missing_ok=True)
    return train_run(run, lambda run, reporter: _train(run, reporter, composer, settings))


def open_teachers(teachers: Sequence[str]) -> Composer:
    """A composer with the mean of the best checkpoints of runs, and the profile of the first."""
    checkpoints = [open_checkpoint(find_run(teacher).checkpoint("best")) for teacher in teachers]
    model = MeanModel([OnnxModel(checkpoint) for checkpoint in checkpoints])
    if not isinstance(model.encoding, PartsEncoding):
        raise InvalidSetting(f"'{teachers[0]}' knows no parts: nothing is learned from its pieces")
    return Composer(model, TrainingProfile.load(checkpoints[0].folder))


def compose_pieces(
    composer: Composer, settings: Distillation, progress: Progress | None = None
) -> Iterator[Steps]:
    """Pieces that a composer of `parts` draws at temperature 1.

    progress: of the pieces.
    """
    rng = np.random.default_rng(settings.seed)
    for done in range(0, settings.pieces, TOGETHER):
        if progress is not None:
            progress(done, settings.pieces)
        drawn = ComposeSettings(
            bars=round(settings.bars * 2.0 ** rng.triangular(-1, 0, 1)),
            seed=int(rng.integers(MAX_SEED)),
            variations=min(TOGETHER, settings.pieces - done),
            temperature=1.0,
            top_p=1.0,
            particles=1,
            endings=0,
            counterpoint=0.0,
        )
        for piece in composer.compose(drawn):
            yield _with_chords(piece.composition.steps, composer.model.encoding)


def _with_chords(steps: Steps, encoding: Encoding) -> Steps:
    """Steps with the chords that are found in them, where the encoding tells any."""
    assert isinstance(steps, PartsSteps) and isinstance(encoding, PartsEncoding)
    if not encoding.chords:
        return steps
    return replace(steps, chords=encoding.chords_of(encoding.decode(steps)))


def _run(name: str, first: str, settings: Distillation) -> Run:
    """The run of that name, or a new one."""
    try:
        return find_run(name)
    except UnknownRun:
        return create_run(_settings(name, first, settings))


def _settings(name: str, first: str, settings: Distillation) -> RunSettings:
    """Those of the first teacher, with what the student has of its own."""
    teacher: RunSettings = find_run(first).settings
    train = replace(
        teacher.train,
        minutes=settings.minutes,
        learning_rate=settings.learning_rate,
        seed=settings.seed,
    )
    model: Any = teacher.model
    model = replace(model, dropout=settings.dropout)
    return RunSettings(name, teacher.source, teacher.encoding, model, train, start_from=first)


def _train(run: Run, reporter: Reporter, composer: Composer, settings: Distillation) -> None:
    from musicgen.training.worker.fit import read_collection, train_on, write_split_and_profile

    def progress(done: int, total: int) -> None:
        if run.stop_requested:
            raise Cancelled
        reporter.heartbeat(message=f"{COMPOSING}: {done:,} of {total:,}")

    collection = read_collection(run, reporter)
    if collection is None:
        return
    data = prepare(collection, run.settings, composer.model.encoding, split_to_keep(run))
    write_split_and_profile(run, data)
    try:
        composed = tuple(compose_pieces(composer, settings, progress))
    except Cancelled:
        reporter.write(state=STOPPED, message="cancelled while pieces were composed")
        return
    train_on(run, reporter, with_composed(data, composed, settings.repeats))


def with_composed(data: TrainingData, composed: Sequence[Steps], repeats: int) -> TrainingData:
    """Data whose training side has composed pieces as well, and people's several times."""
    train = (*tuple(data.pieces["train"]) * repeats, *composed)
    return replace(data, pieces={**data.pieces, "train": train})
