"""Settings into the optimizer of a training."""

from __future__ import annotations

import keras

from musicgen.training.keras.averaging import AveragingAdamW
from musicgen.training.keras.trainer import clip_norm_of_share
from musicgen.training.settings import TrainSettings


def make_optimizer(settings: TrainSettings) -> keras.optimizers.Optimizer:
    clip = clip_norm_of_share(settings.clip_norm) or None
    if settings.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(settings.learning_rate, global_clipnorm=clip)
    averages = {"use_ema": True, "ema_momentum": settings.average} if settings.average else {}
    return AveragingAdamW(
        settings.learning_rate,
        weight_decay=settings.weight_decay,
        beta_2=0.99,
        global_clipnorm=clip,
        **averages,
    )
