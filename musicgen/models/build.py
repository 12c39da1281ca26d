"""Building Keras models from settings and an encoding, and their models of one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import keras
import numpy as np

from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.models.classic import ClassicModel, ClassicStep
from musicgen.models.critic import CriticModel
from musicgen.models.sequence import SequenceModel, StepModel
from musicgen.models.settings import ClassicSettings, CriticSettings, ModelSettings

StepsModel = SequenceModel | ClassicModel


def build_model(settings: ModelSettings, encoding: Encoding, seed: int = 0) -> StepsModel:
    """Build a model with weights; the first weights depend on the seed alone."""
    keras.utils.set_random_seed(seed)
    if isinstance(settings, ClassicSettings):
        if len(encoding.fields) != 1:
            raise InvalidSetting(
                "`classic` learns one token a step: train it on the encoding `notes`"
            )
        field = encoding.fields[0]
        classic = ClassicModel(settings, field.name, field.size)
        classic({"window": np.zeros((1, settings.window, 1), np.float32)})
        return classic
    kind = CriticModel if isinstance(settings, CriticSettings) else SequenceModel
    model = kind(settings, encoding)
    model.build_weights()
    return model


@contextmanager
def in_policy(policy: str) -> Iterator[None]:
    """Context in which models are built and called in a dtype policy of Keras."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_float32() -> AbstractContextManager[None]:
    """Context in which models are built and called in float32, whatever the policy."""
    return in_policy("float32")


def step_models(model: StepsModel) -> list[StepModel | ClassicStep]:
    """Models of one step, one per head, which a checkpoint exports as ONNX graphs."""
    if isinstance(model, ClassicModel):
        return [ClassicStep(model)]
    return [StepModel(model, index) for index in range(len(model.heads))]
