"""`python -m musicgen.training.keras.critic RUN`: train a critic of a run's best checkpoint.

The model composes pieces; the critic, which begins with the model's own weights, learns to tell
them from those of the run's collection, until it tells held-out ones no better. It is written into
the checkpoint, and composing uses it from then on (`composing/decoding/particles.py`).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import musicgen.models.keras_import  # noqa: F401

# isort: split
import keras
import numpy as np
import tensorflow as tf

from musicgen.bounds import Bounds, all_within
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Steps
from musicgen.errors import MusicgenError
from musicgen.models.build import build_model, in_policy
from musicgen.models.checkpoints.checkpoint import Checkpoint, critic_folder, open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights
from musicgen.models.settings import CriticSettings, LstmSettings, ModelSettings
from musicgen.paths import checked_name
from musicgen.progress import Progress
from musicgen.training.data.critic_windows import CriticWindows
from musicgen.training.data.prepare import TrainingData, prepare
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.forecast.machine import this_machine
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run

LENGTH, BATCH = 288, 16  # steps, windows: most pieces that are composed have fewer
EPOCH_BATCHES = 60
PATIENCE, MAX_EPOCHS = 8, 1_000_000
LEARNING_RATE, WEIGHT_DECAY, CLIP_NORM = 7e-4, 0.03, 1.0
HELD_OUT = 0.2  # share of the composed pieces
FIRST_SEED = 1_000_000  # of the composed pieces: far from those that people try


class NoCritic(MusicgenError):
    """A critic that cannot be trained, and why."""


@dataclass(frozen=True)
class CriticTraining:
    """How long a critic is trained, and on what."""

    BOUNDS: ClassVar[Bounds] = {
        "pieces": (10, 100_000),
        "minutes": (0.01, 10_000.0),
        **{name: CriticSettings.BOUNDS[name] for name in ("temperature", "exponent")},
    }
    pieces: int = 1000  # that the model composes
    minutes: float = 20.0  # of training, at most
    temperature: float = CriticSettings.temperature  # of the pieces
    # Eight particles carry less of a critic's ratio than many would: chorales whose weights have it
    # once end at a logit of 2.5 in the mean, twice at 5.6, people's at 5.9.
    exponent: float = 2.0
    seed: int = 0

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
    composed = compose_pieces(checkpoint, training, progress)
    with in_policy(this_machine().policy):
        critic = _new_critic(checkpoint, training)
        _fit(critic, data, composed, training, say, clock)
    return _write(critic, checkpoint)


def compose_pieces(
    checkpoint: Checkpoint, training: CriticTraining, progress: Progress | None = None
) -> list[Steps]:
    """Pieces with the default settings, as they were drawn, without a critic."""
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    pieces = []
    for number in range(training.pieces):
        settings = ComposeSettings(
            seed=FIRST_SEED + training.seed + number,
            temperature=training.temperature,
            particles=1,
        )
        pieces.append(composer.compose_one(settings).composition.steps)
        if progress is not None:
            progress(number + 1, training.pieces)
    return pieces


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


def _path_in_model(variable: Any) -> str:
    return str(variable.path).partition("/")[2]


def _fit(
    critic: Any,
    data: TrainingData,
    composed: Sequence[Steps],
    training: CriticTraining,
    say: Callable[[str], None],
    clock: Callable[[], float],
) -> None:
    """Train the critic; its weights are then those that tell held-out pieces best."""
    held_out = max(1, int(HELD_OUT * len(composed)))
    sides = (data.pieces["train"], composed[held_out:]), (data.pieces["valid"], composed[:held_out])
    if not all(len(side) for pair in sides for side in pair):
        raise NoCritic("there are too few pieces to train a critic on")
    train, valid = (CriticWindows(*pair, data.encoding, LENGTH, BATCH) for pair in sides)
    critic.compile(
        keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY, clipnorm=CLIP_NORM),
        loss={"people": keras.losses.BinaryCrossentropy(from_logits=True)},
    )
    limits = data.settings.train
    transpose = (-limits.transpose_down, limits.transpose_up)
    rng = np.random.default_rng((training.seed, 0))
    critic.fit(
        _dataset(lambda: train.random(rng, transpose), train),
        validation_data=_dataset(valid.in_order, valid),
        steps_per_epoch=EPOCH_BATCHES,
        epochs=MAX_EPOCHS,  # the callbacks end it before
        shuffle=False,  # the windows are drawn at random
        callbacks=[_Limit(60 * training.minutes, say, clock), _best_weights()],
        verbose=0,
    )


def _best_weights() -> keras.callbacks.Callback:
    return keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)


def _dataset(batches: Callable[[], Any], windows: CriticWindows) -> tf.data.Dataset:
    example = next(windows.in_order())
    signature = tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), example)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)


class _Limit(keras.callbacks.Callback):
    """Ends a training after so many seconds, and says each epoch."""

    def __init__(
        self, seconds: float, say: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        super().__init__()
        self._end, self._say, self._clock = clock() + seconds, say, clock

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        self._say(
            f"epoch {epoch + 1}: loss {logs['loss']:.3f}, held out {logs['val_loss']:.3f} nats"
        )
        if self._clock() >= self._end:
            self.model.stop_training = True


def _write(critic: Any, checkpoint: Checkpoint) -> Path:
    """Write the critic into its checkpoint, in place of an earlier one."""
    folder = critic_folder(checkpoint.folder)
    new = folder.with_name(f"{folder.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    facts = {name: checkpoint.facts.get(name) for name in ("run", "source", "epoch")}
    CheckpointWriter(critic, checkpoint.encoding).write(new, facts)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.keras.critic")
    parser.add_argument("run", type=checked_name)
    parser.add_argument("--pieces", type=int, default=CriticTraining.pieces)
    parser.add_argument("--minutes", type=float, default=CriticTraining.minutes)
    parser.add_argument(
        "--temperature",
        type=float,
        default=CriticTraining.temperature,
        help="of the pieces; what is composed with the critic has the same by default",
    )
    parser.add_argument(
        "--exponent",
        type=float,
        default=CriticTraining.exponent,
        help="how much the critic counts when pieces are composed with it",
    )
    options = parser.parse_args()
    try:
        training = CriticTraining(
            options.pieces, options.minutes, options.temperature, options.exponent
        )
        train_critic(find_run(options.run), training, _say_progress)
    except MusicgenError as problem:
        sys.exit(str(problem))


def _say_progress(done: int, total: int) -> None:
    print(f"\r{done} of {total} pieces composed", end="\n" * (done == total), file=sys.stderr)


if __name__ == "__main__":
    main()
