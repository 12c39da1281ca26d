"""Number of parameters of a model, computed from its settings without building it.

Imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence

from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.models import parts_parameter_count
from musicgen.models.dimensions import (
    CLOCK_EMBEDDINGS,
    CONTEXT_DIM,
    CRITIC_HIDDEN_DIM,
    EMBEDDING_DIM,
    KERNEL_KEYS,
    KEY_FEATURES_DIM,
    KEY_FILTERS,
    KEYBOARD_DIM,
    NEXT_END_DIM,
    REPEAT_DIM,
    REPEAT_ORDER_DIM,
    REPEAT_ORDERS,
    REPEATED_FIELDS,
    TIME_DIM,
)
from musicgen.models.layer_parameters import dense, keys_head
from musicgen.models.settings import (
    ClassicSettings,
    CriticSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
)


def count_parameters(model: ModelSettings, encoding: Encoding) -> int | None:
    """Count the parameters of a model; None for `frames`, whose layers are not counted here."""
    sizes = [field.size for field in encoding.fields]
    if isinstance(model, ClassicSettings):
        return count_classic_parameters(model, sizes[0])
    embeddings = sum((size + 1) * EMBEDDING_DIM for size in sizes)
    if encoding.name == "notes":
        head = dense(model.width, model.width) + dense(model.width, sizes[0])
        return embeddings + _backbone(model, EMBEDDING_DIM) + head
    if encoding.name == "events":
        inputs = len(sizes) * EMBEDDING_DIM + KEYBOARD_DIM + TIME_DIM + REPEAT_DIM
        layers = _feature_layers(sizes) + _backbone(model, inputs) + _heads(model.width, sizes)
        return embeddings + layers
    if isinstance(encoding, PartsEncoding):
        backbone = _backbone(model, len(sizes) * EMBEDDING_DIM + CONTEXT_DIM)
        if isinstance(model, CriticSettings):
            inputs = model.width + TIME_DIM + CONTEXT_DIM
            heads = dense(inputs, CRITIC_HIDDEN_DIM) + dense(CRITIC_HIDDEN_DIM, 1)
        else:
            heads = parts_parameter_count.heads(model.width, encoding)
        return embeddings + backbone + parts_parameter_count.feature_layers(encoding) + heads
    return None


def min_parameters(model: ModelSettings) -> int:
    """A number that the parameters of a model are not below, whatever its encoding."""
    if isinstance(model, ClassicSettings):
        return count_classic_parameters(model, 1)
    return _backbone(model, 0)


def count_classic_parameters(settings: ClassicSettings, vocabulary: int) -> int:
    """Count the parameters of the notebook's network for a vocabulary of that size."""
    lstm = _lstm(1, settings.width, settings.layers)
    return lstm + dense(settings.width, settings.dense) + dense(settings.dense, vocabulary)


def _lstm(inputs: int, width: int, layers: int) -> int:
    """Four gates a layer, each with weights for the inputs and for the state, and biases."""
    first = 4 * dense(inputs + width, width)
    return first + (layers - 1) * 4 * dense(2 * width, width)


def _backbone(model: LstmSettings | TransformerSettings, inputs: int) -> int:
    width = model.width
    if isinstance(model, LstmSettings):
        return _lstm(inputs, width, model.layers)
    mlp_width, norm = model.feed_forward * width, 2 * width
    attention = 3 * width * width + dense(width, width)
    block = 2 * norm + attention + dense(width, mlp_width) + dense(mlp_width, width)
    return dense(inputs, width) + model.layers * block + norm


def _feature_layers(sizes: Sequence[int]) -> int:
    """The layers of the feature encoder of `events`."""
    clock = sum(vectors * length for vectors, length in CLOCK_EMBEDDINGS.values())
    next_end = (sizes[2] + 1) * NEXT_END_DIM
    keyboard = dense(KEYS * KEY_FEATURES_DIM, KEYBOARD_DIM)
    return clock + next_end + REPEAT_ORDERS * REPEAT_ORDER_DIM + keyboard


def _heads(width: int, sizes: Sequence[int]) -> int:
    """The heads of `events`: shift, pitch, duration, and the optional fields."""
    total = 0
    for index, size in enumerate(sizes):
        context = width + index * EMBEDDING_DIM + TIME_DIM + REPEAT_DIM
        context += min(index, REPEATED_FIELDS)
        if index == 2:
            context += KERNEL_KEYS * KEY_FEATURES_DIM + EMBEDDING_DIM
        copy_logit = dense(context, 1) if index < REPEATED_FIELDS else 0
        if index == 1:
            total += keys_head(context, KEY_FEATURES_DIM, KEY_FILTERS) + copy_logit
        else:
            total += dense(context, width) + dense(width, size) + copy_logit
    return total
