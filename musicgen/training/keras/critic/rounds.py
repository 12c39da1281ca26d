"""A round of a critic's training: people's pieces against those of one or more opponents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import musicgen.models.keras_import  # noqa: F401

# isort: split
import keras
import numpy as np
import tensorflow as tf

from musicgen.encoding.steps import Steps
from musicgen.errors import MusicgenError
from musicgen.training.data.critic_windows import CriticBatch, CriticWindows
from musicgen.training.data.prepare import TrainingData

LENGTH, BATCH = 288, 16  # steps, windows: most pieces that are composed have fewer
EPOCH_BATCHES = 60
PATIENCE, MAX_EPOCHS = 8, 1_000_000
WEIGHT_DECAY, CLIP_NORM = 0.03, 1.0
HELD_OUT = 0.2  # share of the composed pieces

Logit = Callable[[dict[str, np.ndarray]], Any]  # inputs of a batch -> (B, T, 1)


class NoCritic(MusicgenError):
    """A critic that cannot be trained, and why."""


@dataclass(frozen=True)
class Opponents:
    """Pieces that a model composed, and the critic that chose among their particles, if any."""

    train: Sequence[Steps]
    held_out: Sequence[Steps]
    chosen_by: Any | None = None  # a Keras model

    @classmethod
    def of(cls, pieces: Sequence[Steps], chosen_by: Any | None = None) -> Opponents:
        """The first pieces are held out."""
        held_out = max(1, int(HELD_OUT * len(pieces)))
        return cls(pieces[held_out:], pieces[:held_out], chosen_by)


def compile_critic(critic: Any) -> None:
    """Prepare a critic for its rounds, which so share what TensorFlow traces."""
    optimizer = keras.optimizers.AdamW(weight_decay=WEIGHT_DECAY, clipnorm=CLIP_NORM)
    critic.compile(optimizer, loss={"people": relative_loss})


def fit_round(
    critic: Any,
    data: TrainingData,
    opponents: Sequence[Opponents],
    learning_rate: float,
    *,
    seed: int,
    minutes: float,
    say: Callable[[str], None],
    clock: Callable[[], float],
) -> None:
    """Train a compiled critic; its weights are then those that separate held-out pieces best.

    Its logit z is the log ratio of people's density p to the model's, q. Pieces that a critic chose
    by its logit c have a density of about q exp(c): z - c separates them from people's. So one
    critic learns from both kinds. Raises NoCritic where a side has no pieces.
    """
    batches = _RoundBatches(data, opponents)
    example = next(batches.held_out())
    critic.optimizer.learning_rate = learning_rate
    critic.fit(
        _dataset(partial(batches.random, np.random.default_rng((seed, 0))), example),
        validation_data=_dataset(batches.held_out, example),
        steps_per_epoch=EPOCH_BATCHES,
        epochs=MAX_EPOCHS,  # the callbacks end it before
        shuffle=False,  # the windows are drawn at random
        callbacks=[_Limit(60 * minutes, say, clock), _best_weights()],
        verbose=0,
    )


def relative_loss(target: Any, logit: Any) -> Any:
    """Cross-entropy of what the critic adds to the one that chose: (B, T, 2), (B, T, 1)."""
    people, chosen = target[..., :1], target[..., 1:]
    return keras.losses.binary_crossentropy(people, logit - chosen, from_logits=True)


class _RoundBatches:
    """Batches of people's pieces and those of each kind of opponents."""

    def __init__(self, data: TrainingData, opponents: Sequence[Opponents]) -> None:
        """Raises NoCritic where a side has no pieces."""
        limits = data.settings.train
        self._transpose = (-limits.transpose_down, limits.transpose_up)
        self._logits = [_logit_of(of.chosen_by) for of in opponents]
        self._train = [_windows(data, "train", of.train) for of in opponents]
        self._held_out = [_windows(data, "valid", of.held_out) for of in opponents]

    def random(self, rng: np.random.Generator) -> Iterator[CriticBatch]:
        """Batches without end, of each kind in turn."""
        kinds = [
            _with_choice(windows.random(rng, self._transpose), logit)
            for windows, logit in zip(self._train, self._logits, strict=True)
        ]
        return chain.from_iterable(zip(*kinds, strict=True))

    def held_out(self) -> Iterator[CriticBatch]:
        """All held-out pieces in order."""
        for windows, logit in zip(self._held_out, self._logits, strict=True):
            yield from _with_choice(windows.in_order(), logit)


def _windows(data: TrainingData, side: str, composed: Sequence[Steps]) -> CriticWindows:
    people = data.pieces[side]
    if not (len(people) and len(composed)):
        raise NoCritic("there are too few pieces to train a critic on")
    return CriticWindows(people, composed, data.encoding, LENGTH, BATCH)


def _logit_of(critic: Any | None) -> Logit | None:
    """The logit of a critic, which TensorFlow traces once; None without one."""
    if critic is None:
        return None
    return tf.function(lambda inputs: critic(inputs, training=False)["people"])


def _with_choice(batches: Iterator[CriticBatch], logit: Logit | None) -> Iterator[CriticBatch]:
    """The batches with targets (B, T, 2): people, and the logit of the critic that chose, or 0."""
    for inputs, targets, weights in batches:
        people = targets["people"]  # (B, T, 1)
        chosen = np.zeros_like(people) if logit is None else logit(inputs).numpy()
        yield inputs, {"people": np.concatenate([people, chosen], axis=-1)}, weights


def _dataset(batches: Callable[[], Iterator[CriticBatch]], example: CriticBatch) -> tf.data.Dataset:
    signature = tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), example)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)


def _best_weights() -> keras.callbacks.Callback:
    return keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)


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
