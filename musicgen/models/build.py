"""Settings and an encoding into a Keras model with its weights made, and into step models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from musicgen.encoding.steps import Encoding
from musicgen.models.classic import ClassicModel, ClassicStep
from musicgen.models.sequence import SequenceModel, StepModel
from musicgen.models.settings import ClassicSettings, ModelSettings

StepsModel = SequenceModel | ClassicModel


def build_model(settings: ModelSettings, encoding: Encoding, seed: int = 0) -> StepsModel:
    """A model whose first weights follow from the seed alone."""
    keras.utils.set_random_seed(seed)
    if isinstance(settings, ClassicSettings):
        if len(encoding.fields) != 1:
            raise ValueError("`classic` learns one token a step: train it on the encoding `notes`")
        field = encoding.fields[0]
        classic = ClassicModel(settings, field.name, field.size)
        classic({"window": np.zeros((1, settings.window, 1), np.float32)})
        return classic
    model = SequenceModel(settings, encoding)
    model.make_weights()
    return model


@contextmanager
def in_float32() -> Iterator[None]:
    """Models that are made and called within do all their arithmetic in float32."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def step_models(model: StepsModel) -> list[StepModel | ClassicStep]:
    """What a checkpoint exports: one model of one step for each field."""
    if isinstance(model, ClassicModel):
        return [ClassicStep(model)]
    return [StepModel(model, index) for index in range(len(model.fields))]
