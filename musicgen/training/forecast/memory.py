"""How much memory a training will take, before it is started.

A sum of what is kept: the process with TensorFlow and its step graphs; the weights, several times
over; and what one batch keeps of every step until its gradients are there. Numbers a step follow
from the model; how many of them are alive at once was fitted to the peak memory of trainings on a
CPU (`python -m benchmarks.memory` prints them beside the estimate, which was within 10 % of all).
On a GPU nothing was measured: the same batch, the weights as often as training needs them.
"""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.encoding.grid import KEYS
from musicgen.encoding.steps import Encoding
from musicgen.models.parameter_count import count_parameters
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
)
from musicgen.training.settings import RunSettings, TrainSettings

FLOAT = 4  # bytes
HALF = 2 / 3  # of a batch in half precision: sums, gates and logits stay float32

PROCESS, GRAPH = 640 << 20, 170 << 20  # bytes: TensorFlow itself, and the step graph of a field
CONTEXT = 512 << 20  # bytes: of CUDA and its libraries on a card
COPIES = 7  # of the weights beside training's own: traced and filled graphs, a checkpoint's arrays
N_GRAM = 3600  # bytes for a field of a step, while the n-gram baseline is fitted
MAX_NGRAM_NOTES = 300_000  # that it is fitted to in a training's own time: some seconds

# Numbers that are alive at once, a step of a window.
PER_VALUE = 4  # for a field's value: logits, chances, gradients
PER_KEY = 215  # for a key that the head over the keys looks at
PER_WIDTH = 16  # for a unit of the memory: what the heads make of it
PER_LSTM_UNIT, PER_KERAS_LSTM_UNIT = 11, 27  # a layer
PER_ATTENTION_UNIT, PER_WIDE_UNIT = 9, 3  # a layer
PER_SCORE = 2.5  # a head, a layer, a step that is attended to


@dataclass(frozen=True)
class MemoryForecast:
    """Bytes that a training takes at its peak, by what takes them."""

    process: int
    weights: int
    batch: int

    @property
    def total(self) -> int:
        return self.process + self.weights + self.batch


def expected_memory(
    settings: RunSettings, encoding: Encoding, predictions: int, policy: str, gpus: int = 0
) -> MemoryForecast | None:
    """Of RAM on a CPU, of each card on GPUs; None where the parameters are not known.

    predictions: of the training side. policy: Keras's number format.
    """
    count = count_parameters(settings.model, encoding)
    if count is None:
        return None
    train, fields = settings.train, len(encoding.fields)
    steps = train.batch_size * window(settings.model, train)
    share = 1.0 if policy == "float32" else HALF
    batch = int(FLOAT * share * steps * numbers_of_a_step(settings.model, encoding, train.length))
    copies = copies_in_training(train)
    if gpus:
        return MemoryForecast(CONTEXT, FLOAT * count * copies, batch // gpus)
    # The baseline is fitted after an epoch, when no batch is under way.
    n_gram = N_GRAM * fields * predictions if predictions <= MAX_NGRAM_NOTES else 0
    weights = FLOAT * count * (copies + COPIES)
    return MemoryForecast(PROCESS + GRAPH * fields, weights, max(batch, n_gram))


def window(model: ModelSettings, train: TrainSettings) -> int:
    """Steps of a window."""
    return model.window if isinstance(model, ClassicSettings) else train.length


def copies_in_training(train: TrainSettings) -> int:
    """The weights, their gradients, the optimizer's moments, the averages."""
    moments = 2 if train.optimizer == "adamw" else 1
    return 2 + moments + bool(train.average)


def numbers_of_a_step(model: ModelSettings, encoding: Encoding, length: int) -> float:
    """Numbers that one step of a window keeps until its gradients are there."""
    width, layers = model.width, model.layers
    if isinstance(model, ClassicSettings):
        return PER_KERAS_LSTM_UNIT * width * layers  # one prediction a window weighs nothing
    heads = PER_VALUE * sum(field.size for field in encoding.fields) + PER_WIDTH * width
    keys = PER_KEY * KEYS if encoding.name == "events" else 0
    return heads + keys + _memory_of(model, length)


def _memory_of(model: LstmSettings | TransformerSettings, length: int) -> float:
    if not isinstance(model, TransformerSettings):
        return PER_LSTM_UNIT * model.width * model.layers
    units = model.width * (PER_ATTENTION_UNIT + PER_WIDE_UNIT * model.feed_forward)
    return model.layers * (units + PER_SCORE * model.heads * length)
