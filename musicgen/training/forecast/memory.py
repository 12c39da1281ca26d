"""Memory of a training, estimated before it starts.

Sum of three parts: the process with TensorFlow and its step graphs; the copies of the weights;
the values that one batch stores of every step until its gradients are computed. The number of
values follows from the model. How many of them are stored at once was fitted to the peak memory
of trainings on a CPU: `python -m benchmarks.memory` prints both, within 10 % of each other. On a
GPU nothing was measured; the estimate has the same batch and the copies needed for training.
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

FLOAT_BYTES = 4
HALF_PRECISION_RATIO = 2 / 3  # of a float32 batch: sums, gates and logits stay float32

PROCESS_BYTES, GRAPH_BYTES = 640 << 20, 170 << 20  # TensorFlow; the step graph of a field
CUDA_BYTES = 512 << 20  # CUDA and its libraries on a GPU
EXTRA_COPIES = 7  # of the weights: traced and exported graphs, arrays of a checkpoint
NGRAM_BYTES = 3600  # a field of a step, while the n-gram baseline is fitted
MAX_NGRAM_NOTES = 300_000  # the baseline of more notes would take too long to fit

# Values stored at once for one step of a window, for each ...
PER_FIELD_VALUE = 4  # value of a field: logits, probabilities, gradients
PER_KEY = {"events": 215, "parts": 325}  # key that the key head computes features of
PER_HEAD_UNIT = 16  # unit of the backbone's output
PER_LSTM_UNIT, PER_KERAS_LSTM_UNIT = 11, 27  # unit of a layer
PER_ATTENTION_UNIT, PER_MLP_UNIT = 9, 3  # unit of a layer
PER_ATTENTION_SCORE = 2.5  # head, layer and step attended to


@dataclass(frozen=True)
class MemoryForecast:
    """Peak memory of a training in bytes."""

    process: int
    weights: int
    batch: int

    @property
    def total(self) -> int:
        return self.process + self.weights + self.batch


def expected_memory(
    settings: RunSettings, encoding: Encoding, predictions: int, policy: str, gpus: int = 0
) -> MemoryForecast | None:
    """RAM on a CPU, or memory of each GPU; None where the number of parameters is unknown.

    predictions: of the training side. policy: Keras's dtype policy.
    """
    count = count_parameters(settings.model, encoding)
    if count is None:
        return None
    train, fields = settings.train, len(encoding.fields)
    steps = train.batch_size * window_length(settings.model, train)
    ratio = 1.0 if policy == "float32" else HALF_PRECISION_RATIO
    values = values_per_step(settings.model, encoding, train.length)
    batch = int(FLOAT_BYTES * ratio * steps * values)
    copies = weight_copies(train)
    if gpus:
        return MemoryForecast(CUDA_BYTES, FLOAT_BYTES * count * copies, batch // gpus)
    # The baseline is fitted after an epoch, when no batch is in memory.
    ngram = NGRAM_BYTES * fields * predictions if predictions <= MAX_NGRAM_NOTES else 0
    weights = FLOAT_BYTES * count * (copies + EXTRA_COPIES)
    return MemoryForecast(PROCESS_BYTES + GRAPH_BYTES * fields, weights, max(batch, ngram))


def window_length(model: ModelSettings, train: TrainSettings) -> int:
    """Steps of a window."""
    return model.window if isinstance(model, ClassicSettings) else train.length


def weight_copies(train: TrainSettings) -> int:
    """Arrays as large as the weights: weights, gradients, optimizer moments, averages."""
    moments = 2 if train.optimizer == "adamw" else 1
    return 2 + moments + bool(train.average)


def values_per_step(model: ModelSettings, encoding: Encoding, length: int) -> float:
    """Values that one step of a window stores until its gradients are computed."""
    width, layers = model.width, model.layers
    if isinstance(model, ClassicSettings):
        return PER_KERAS_LSTM_UNIT * width * layers  # its one prediction a window is negligible
    heads = PER_FIELD_VALUE * sum(field.size for field in encoding.fields) + PER_HEAD_UNIT * width
    keys = PER_KEY.get(encoding.name, 0) * KEYS
    return heads + keys + _backbone_values(model, length)


def _backbone_values(model: LstmSettings | TransformerSettings, length: int) -> float:
    if not isinstance(model, TransformerSettings):
        return PER_LSTM_UNIT * model.width * model.layers
    units = model.width * (PER_ATTENTION_UNIT + PER_MLP_UNIT * model.feed_forward)
    return model.layers * (units + PER_ATTENTION_SCORE * model.heads * length)
