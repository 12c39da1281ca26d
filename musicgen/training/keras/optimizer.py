"""Optimizer and learning rate of a training, from its settings."""

from __future__ import annotations

import math

import keras

from musicgen.training.keras.averaging import AveragingAdamW
from musicgen.training.keras.replicas import ReducedGradients
from musicgen.training.settings import TrainSettings

WARM_UP_BATCHES = 30
FINAL_RATE = 0.02  # fraction of the highest rate
ADAM_BETA_2 = 0.99


class ReducedRmsprop(ReducedGradients, keras.optimizers.RMSprop):
    """RMSprop of gradients that are those of all replicas already."""


def build_optimizer(settings: TrainSettings) -> keras.optimizers.Optimizer:
    """RMSprop, or AdamW with averaged weights where the settings have an `average`."""
    clip_norm = settings.clip_norm or None
    if settings.optimizer == "rmsprop":
        return ReducedRmsprop(settings.learning_rate, global_clipnorm=clip_norm)
    averages = {"use_ema": True, "ema_momentum": settings.average} if settings.average else {}
    return AveragingAdamW(
        settings.learning_rate,
        weight_decay=settings.weight_decay,
        beta_2=ADAM_BETA_2,
        global_clipnorm=clip_norm,
        **averages,
    )


def learning_rate(settings: TrainSettings, batches: int, fraction_done: float) -> float:
    """Learning rate of the next batch: constant, or a linear warm-up and a cosine decay.

    batches: trained so far; fraction_done: of the whole training, 0 to 1.
    """
    if settings.schedule == "constant":
        return settings.learning_rate
    warm_up = min(1.0, (batches + 1) / WARM_UP_BATCHES)
    cosine = (1 + math.cos(math.pi * min(1.0, fraction_done))) / 2
    return settings.learning_rate * warm_up * (FINAL_RATE + (1 - FINAL_RATE) * cosine)
