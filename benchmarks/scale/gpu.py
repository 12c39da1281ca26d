"""What a GPU does with a training here: for a person with a card, ten minutes.

    python -m benchmarks.scale.gpu [--minutes 3] [--width 512] [--json]

Prints, in a form that can be pasted into an issue: the devices and number formats, operations a
second of a large matrix product, predicted notes a second of an LSTM and a transformer and what
share of the product that is, the losses of the first batches on the card against those on the CPU,
and the memory of the card. Nobody of this project has run it on a card: without one it says so and
measures the CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import islice

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow as tf

from musicgen.corpus.load import load_collection
from musicgen.encoding.registry import fit_encoding
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings, ModelSettings, TransformerSettings
from musicgen.training.data.windows import Batch, Windows
from musicgen.training.keras.devices import gpu_memory, set_up_devices
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.trainer import StepsTrainer
from musicgen.training.settings import TrainSettings

LAYERS, HEADS = 6, 8
SIZE, PRODUCTS = 4096, 20  # of the matrices of equal numbers
LENGTH, BATCH, COMPARED = 256, 64, 5
OPERATIONS = 6  # of a parameter for a prediction: two forwards, four backwards


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=3.0, help="of each model")
    parser.add_argument("--width", type=int, default=512, help="units of a layer")
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    devices = set_up_devices(1)
    row: dict[str, object] = {
        "device": devices.description,
        "TensorFlow, Keras": f"{tf.__version__}, {keras.__version__}",
        "number format": keras.config.dtype_policy().name,
    }
    row["product, GFLOP a second"] = product_speed()
    batches = example_batches()
    width = arguments.width
    models: dict[str, ModelSettings] = {
        "lstm": LstmSettings(width=width, layers=2, dropout=0.0),
        "transformer": TransformerSettings(width=width, layers=LAYERS, heads=HEADS, dropout=0.0),
    }
    for name, model in models.items():
        row |= {f"{name}, {key}": value for key, value in train(model, batches, arguments).items()}
    row["memory of the card, MB"] = (gpu_memory() or 0) / 1e6
    if arguments.json:
        print(json.dumps(row))
        return
    for key, value in row.items():
        print(f"{key:45} {value:,.2f}" if isinstance(value, float) else f"{key:45} {value}")


def product_speed() -> float:
    """Operations a second of a product of matrices in the format that models compute in."""
    matrix = tf.cast(tf.ones((SIZE, SIZE)) / SIZE, keras.config.dtype_policy().compute_dtype)
    product = tf.function(lambda a: tf.linalg.matmul(a, a))
    product(matrix)[0, 0].numpy()
    started = time.perf_counter()
    for _ in range(PRODUCTS):
        result = product(matrix)
    result[0, 0].numpy()  # waits for the device
    return 2 * SIZE**3 * PRODUCTS / (time.perf_counter() - started) / 1e9


def example_batches() -> list[Batch]:
    """Batches of the chorales."""
    scores = load_collection("bach-chorales").scores
    encoding = fit_encoding("events", scores)
    windows = Windows([encoding.encode(score) for score in scores], encoding, LENGTH, BATCH)
    return list(islice(windows.shuffled(0, 0, (-5, 6)), COMPARED))


def train(
    model: ModelSettings, batches: list[Batch], arguments: argparse.Namespace
) -> dict[str, float]:
    """Speed, and the largest difference of the first losses from those on the CPU."""
    losses, _ = losses_on(model, batches, "/CPU:0", 0.0)
    own_losses, speed = losses_on(model, batches, "", 60 * arguments.minutes)
    differences = [abs(a - b) for a, b in zip(losses, own_losses, strict=True)]
    return {**speed, "largest difference of a loss from the CPU's": max(differences)}


def losses_on(
    model: ModelSettings, batches: list[Batch], device: str, seconds: float
) -> tuple[list[float], dict[str, float]]:
    """Nats a note of the first batches; notes a second over some seconds after them."""
    encoding = fit_encoding("events", load_collection("bach-chorales").scores)
    with tf.device(device or None):
        network = build_model(model, encoding, seed=1)
        trainer = StepsTrainer(network, tuple(field.name for field in encoding.fields))
        trainer.compile(optimizer=build_optimizer(TrainSettings(clip_norm=1.0)), jit_compile=False)
        trainer.optimizer.build(network.trainable_variables)
        step = tf.function(trainer.train_step)
        losses, sums = [], {"notes": 0.0}
        for batch in batches:
            step(batch)
            later = trainer.sums()
            nats = sum(v - sums.get(k, 0.0) for k, v in later.items() if k.startswith("nats"))
            losses.append(nats / (later["notes"] - sums["notes"]))
            sums = later
        started, before = time.perf_counter(), sums["notes"]
        while time.perf_counter() - started < seconds:
            for batch in batches:
                step(batch)
            sums = trainer.sums()
        elapsed = time.perf_counter() - started
    speed = (sums["notes"] - before) / elapsed
    operations = OPERATIONS * network.count_params() * speed / 1e9
    return losses, {"notes a second": speed, "GFLOP a second": operations}


if __name__ == "__main__":
    main()
