"""How many parameters a model has, without building it."""

from __future__ import annotations

from musicgen.models.settings import ClassicSettings


def classic_parameters(settings: ClassicSettings, vocabulary: int) -> int:
    """The notebook's network: LSTM layers, a dense one, and one over the vocabulary.

    An LSTM has four gates, each with weights of its inputs and of its own units, and biases.
    """
    total, inputs = 0, 1
    for _ in range(settings.layers):
        total += 4 * settings.width * (inputs + settings.width + 1)
        inputs = settings.width
    for units in (settings.dense, vocabulary):
        total += units * (inputs + 1)
        inputs = units
    return total
