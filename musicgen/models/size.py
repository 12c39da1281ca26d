"""How large a model is, without building it: the sizes of its parts, and its parameters.

The layers take these sizes from here. This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence

from musicgen.encoding.events_features import CHROMA_WINDOWS, MAX_BARS_LEFT
from musicgen.encoding.grid import GRID_PER_QUARTER, KEYS
from musicgen.encoding.steps import Encoding
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
)

EMBEDDING = 64  # of each field
REACH = 12  # keys seen on each side of a key
SPAN = 2 * REACH + 1
NUMBERS = 3 + len(CHROMA_WINDOWS)  # known of each key
CHANNELS = 8 + len(CHROMA_WINDOWS)  # the same as a network likes it
FILTERS, ASKED = 32, 256  # of the head over the keys: a key's features, the context's
KEYBOARD = 128  # all keys as one vector
PLACES = 8 * GRID_PER_QUARTER  # of a bar of eight quarters; later ones share the last
CLOCK = {  # vectors of the clock: how many there are of each, and how long they are
    "place": (PLACES, 16),
    "beat": (GRID_PER_QUARTER, 8),
    "length": (PLACES + 1, 16),
    "left": (MAX_BARS_LEFT + 1, 8),
}
ENDING = 16  # the time to the next ending as a vector
ORDERS, ORDER = 8, 16  # how far back an echo was found, and its vector
ECHOED = 3  # fields that the echo guesses

TIME_WIDTH = sum(length for _, length in CLOCK.values()) + ENDING
ECHO_WIDTH = ECHOED * EMBEDDING + ORDER  # what followed the last time, as a vector

LISTENS = ("notes", "events")  # encodings whose models are counted here


def parameters(model: ModelSettings, encoding: Encoding) -> int | None:
    """How many a model has; None for an encoding that is not counted here."""
    if isinstance(model, ClassicSettings):
        return classic_parameters(model, encoding.fields[0].size)
    if encoding.name not in LISTENS:
        return None
    sizes = [field.size for field in encoding.fields]
    embeddings = sum((size + 1) * EMBEDDING for size in sizes)
    if encoding.name == "notes":
        heads = _dense(model.width, model.width) + _dense(model.width, sizes[0])
        return embeddings + _memory(model, EMBEDDING) + heads
    heard = len(sizes) * EMBEDDING + KEYBOARD + TIME_WIDTH + ECHO_WIDTH
    return embeddings + _senses(sizes) + _memory(model, heard) + _heads(model.width, sizes)


def classic_parameters(settings: ClassicSettings, vocabulary: int) -> int:
    """The notebook's network: LSTM layers, a dense one, and one over the vocabulary."""
    lstm = _lstm(1, settings.width, settings.layers)
    return lstm + _dense(settings.width, settings.dense) + _dense(settings.dense, vocabulary)


def _dense(inputs: int, units: int) -> int:
    return (inputs + 1) * units


def _lstm(inputs: int, width: int, layers: int) -> int:
    """Four gates a layer, each with weights of its inputs and its own units, and biases."""
    first = 4 * _dense(inputs + width, width)
    return first + (layers - 1) * 4 * _dense(2 * width, width)


def _memory(model: LstmSettings | TransformerSettings, inputs: int) -> int:
    width = model.width
    if isinstance(model, LstmSettings):
        return _lstm(inputs, width, model.layers)
    wide, norm = model.feed_forward * width, 2 * width
    attention = 3 * width * width + _dense(width, width)
    block = 2 * norm + attention + _dense(width, wide) + _dense(wide, width)
    return _dense(inputs, width) + model.layers * block + norm


def _senses(sizes: Sequence[int]) -> int:
    """The layers that `events` are heard with."""
    clock = sum(rows * length for rows, length in CLOCK.values())
    endings = (sizes[2] + 1) * ENDING
    return clock + endings + ORDERS * ORDER + _dense(KEYS * CHANNELS, KEYBOARD)


def _heads(width: int, sizes: Sequence[int]) -> int:
    """A head for each field of `events`: the shift, the pitch, the duration, and any more."""
    total = 0
    for index, size in enumerate(sizes):
        context = width + index * EMBEDDING + TIME_WIDTH + ECHO_WIDTH + min(index, ECHOED)
        if index == 2:
            context += SPAN * CHANNELS + EMBEDDING
        trust = _dense(context, 1) if index < ECHOED else 0
        if index == 1:
            total += _keys_head(context) + trust
        else:
            total += _dense(context, width) + _dense(width, size) + trust
    return total


def _keys_head(context: int) -> int:
    seen = _dense(SPAN * CHANNELS, FILTERS) + _dense(FILTERS, FILTERS) + _dense(FILTERS, 1)
    return seen + 2 * _dense(context, FILTERS) + _dense(context, ASKED) + _dense(ASKED, KEYS)
