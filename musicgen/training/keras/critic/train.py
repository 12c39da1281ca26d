"""Training of a critic: a model composes pieces, which it learns to tell from people's.

It begins with the model's own weights, or as the critic of a model like it. Later rounds are also
against pieces that were composed with the critic of the round before: those show where it is
mistaken. The critic is written into the checkpoint, and composing uses it from then on
(`composing/decoding/particles.py`).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import musicgen.models.keras_import  # noqa: F401

# isort: split
from musicgen.bounds import Bounds, all_within
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Steps
from musicgen.models.build import build_model, in_policy
from musicgen.models.checkpoints.checkpoint import Checkpoint, critic_folder, open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights
from musicgen.models.settings import CriticSettings, LstmSettings, ModelSettings
from musicgen.progress import Progress
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.forecast.machine import this_machine
from musicgen.training.keras.critic.rounds import (
    NoCritic,
    Opponents,
    compile_critic,
    fit_round,
)
from musicgen.training.keras.devices import run_graphs_as_traced
from musicgen.training.run_folder.registry import find_checkpoint
from musicgen.training.run_folder.run import Run

FIRST_LEARNING_RATE, LATER_LEARNING_RATE = 7e-4, 5e-4  # of the rounds
FIRST_SEED = 1_000_000  # of the composed pieces: far from those that people try


@dataclass(frozen=True)
class CriticTraining:
    """How long a critic is trained, and on what."""

    BOUNDS: ClassVar[Bounds] = {
        "pieces": (10, 100_000),
        "rounds": (1, 10),
        "guided": (5, 100_000),
        "minutes": (0.01, 10_000.0),
        **{name: CriticSettings.BOUNDS[name] for name in ("temperature", "exponent")},
        "seed": (0, 2**32 - 1),
    }
    pieces: int = 1000  # that the model composes
    rounds: int = 3
    guided: int = 400  # that it composes with the critic, before each later round
    minutes: float = 20.0  # of each round, at most
    temperature: float = CriticSettings.temperature  # of the pieces
    # Eight particles carry less of a critic's ratio than many would: chorales whose weights have it
    # once end at a logit of 2.5 in the mean, twice at 5.6, people's at 5.9.
    exponent: float = 2.0
    seed: int = 0
    critic_of: str = ""  # checkpoint with whose critic it begins: there is no first round then

    def __post_init__(self) -> None:
        all_within(self, self.BOUNDS)

    def critic(self, model: ModelSettings) -> CriticSettings:
        """Settings of the critic of a model, whose weights fit it where the model is an LSTM."""
        size = model if isinstance(model, LstmSettings) else CriticSettings()
        return CriticSettings(
            size.width, size.layers, temperature=self.temperature, exponent=self.exponent
        )


def train_critic(
    run: Run,
    training: CriticTraining,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
    clock: Callable[[], float] = time.monotonic,
) -> Path:
    """Train a critic of a run's best checkpoint and write it there; returns its folder.

    progress: of the pieces that are composed. Raises NoCritic for models that know no parts.
    """
    checkpoint = open_checkpoint(run.checkpoint("best"))
    if not isinstance(checkpoint.encoding, PartsEncoding):
        raise NoCritic(f"'{run.name}' knows no parts: only models of `parts` can have a critic")
    collection = load_collection(run.settings.source, time=run.settings.time)
    data = prepare(collection, run.settings, checkpoint.encoding, split_to_keep(run))
    opponents = [Opponents.of(compose_pieces(checkpoint, training, progress))]
    run_graphs_as_traced()
    with in_policy(this_machine().policy):
        critic, first = _first_critic(checkpoint, training)
        compile_critic(critic)
        for number in range(first, first + training.rounds):
            if number:
                guided = compose_guided_pieces(checkpoint, training, number, progress)
                opponents.append(Opponents.of(guided, _copy_of(critic)))
            rate = LATER_LEARNING_RATE if number else FIRST_LEARNING_RATE
            fit_round(
                critic,
                data,
                opponents,
                rate,
                seed=training.seed + number,
                minutes=training.minutes,
                say=say,
                clock=clock,
            )
            folder = _write(critic, checkpoint)
    return folder


def compose_pieces(
    checkpoint: Checkpoint, training: CriticTraining, progress: Progress | None = None
) -> list[Steps]:
    """Pieces with the default settings, as they were drawn, without a critic."""
    seeds = range(FIRST_SEED + training.seed, FIRST_SEED + training.seed + training.pieces)
    settings = ComposeSettings(temperature=training.temperature, particles=1)
    return _compose(checkpoint, settings, seeds, progress)


def compose_guided_pieces(
    checkpoint: Checkpoint, training: CriticTraining, number: int, progress: Progress | None = None
) -> list[Steps]:
    """Pieces with the default settings, drawn with the critic that the checkpoint has.

    number: of the round, from 0; the first one is without them.
    """
    first = FIRST_SEED + training.seed + training.pieces + (number - 1) * training.guided
    settings = ComposeSettings(temperature=training.temperature)
    return _compose(checkpoint, settings, range(first, first + training.guided), progress)


def _compose(
    checkpoint: Checkpoint,
    settings: ComposeSettings,
    seeds: Sequence[int],
    progress: Progress | None,
) -> list[Steps]:
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    pieces = []
    for done, seed in enumerate(seeds, 1):
        pieces.append(composer.compose_one(replace(settings, seed=seed)).composition.steps)
        if progress is not None:
            progress(done, len(seeds))
    return pieces


def _first_critic(checkpoint: Checkpoint, training: CriticTraining) -> tuple[Any, int]:
    """The critic before its first round, and the number of that round."""
    if not training.critic_of:
        return _new_critic(checkpoint, training), 0
    critic = _critic_of(find_checkpoint(training.critic_of), training)
    _write(critic, checkpoint)  # the pieces of its first round are composed with it
    return critic, 1


def _new_critic(checkpoint: Checkpoint, training: CriticTraining) -> Any:
    """A critic with the model's weights below its head: they know the music already."""
    critic = build_model(training.critic(checkpoint.model), checkpoint.encoding, training.seed)
    model = build_model(checkpoint.model, checkpoint.encoding)
    load_weights(model, checkpoint.folder)
    weights = {_path_in_model(variable): variable for variable in model.trainable_variables}
    for variable in critic.trainable_variables:
        same = weights.get(_path_in_model(variable))
        if same is not None and same.shape == variable.shape:
            variable.assign(same)
    return critic


def _critic_of(other: Path, training: CriticTraining) -> Any:
    """A copy of the critic of another checkpoint, for pieces that are composed as here."""
    folder = critic_folder(other)
    if not folder.is_dir():
        raise NoCritic(f"{training.critic_of} has no critic to begin with")
    saved = open_checkpoint(folder)
    assert isinstance(saved.model, CriticSettings)
    model = replace(saved.model, temperature=training.temperature, exponent=training.exponent)
    critic = build_model(model, saved.encoding)
    load_weights(critic, folder)
    return critic


def _copy_of(critic: Any) -> Any:
    copy = build_model(critic.settings, critic.encoding)
    copy.set_weights(critic.get_weights())
    return copy


def _path_in_model(variable: Any) -> str:
    return str(variable.path).partition("/")[2]


def _write(critic: Any, checkpoint: Checkpoint) -> Path:
    """Write the critic into its checkpoint, in place of an earlier one."""
    folder = critic_folder(checkpoint.folder)
    new = folder.with_name(f"{folder.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    facts = {name: checkpoint.facts.get(name) for name in ("run", "source", "epoch")}
    CheckpointWriter(critic, critic.encoding).write(new, facts)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return folder
