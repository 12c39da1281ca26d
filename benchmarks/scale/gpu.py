"""What a GPU does with a training here: for a person with a card, ten minutes.

    python -m benchmarks.scale.gpu [--minutes 3] [--json]

Prints, in a form that can be pasted into an issue: the devices and number formats, operations a
second of a large matrix product, predicted notes a second of an LSTM and a transformer and what
share of the product that is, the losses of the first batches on the card against those on the CPU,
and the memory of the card. Nobody of this project has run it on a card. Without one it says so and
does the same with smaller models on the CPU, in two minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow as tf

from musicgen.corpus.load import load_collection
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.steps import Encoding
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings, ModelSettings, TransformerSettings
from musicgen.training.data.windows import Batch, Windows
from musicgen.training.keras.devices import Devices, gpu_memory, set_up_devices
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.trainer import StepsTrainer
from musicgen.training.run_folder.reporter import subtract_sums
from musicgen.training.settings import TrainSettings

COMPARED = 5  # batches whose losses are compared
OPERATIONS = 6  # of a parameter for a prediction: two forwards, four backwards


@dataclass(frozen=True)
class Sizes:
    """Sizes of what is measured."""

    matrix: int  # rows and columns
    products: int
    width: int  # units of a layer
    layers: int  # of the transformer
    heads: int
    length: int  # steps of a window
    batch: int  # windows
    seconds: float  # of each model


ON_GPU = Sizes(8192, 50, width=512, layers=6, heads=8, length=256, batch=64, seconds=180)
ON_CPU = Sizes(2048, 20, width=128, layers=2, heads=4, length=64, batch=16, seconds=20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, help="of each model; default 3, without a GPU 1/3")
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    devices = set_up_devices(1)
    has_gpu = bool(tf.config.list_logical_devices("GPU"))
    sizes = ON_GPU if has_gpu else ON_CPU
    if arguments.minutes is not None:
        sizes = replace(sizes, seconds=60 * arguments.minutes)
    row = measure(devices, sizes)
    if arguments.json:
        print(json.dumps(row))
        return
    if not has_gpu:
        print("No GPU was found: this is the CPU, with smaller models.\n")
    print("| | |\n|---|---|")
    for key, value in row.items():
        print(f"| {key} | {_shown(value)} |")


def measure(devices: Devices, sizes: Sizes) -> dict[str, Any]:
    """All figures by name."""
    gpu = tf.config.list_physical_devices("GPU")[:1]
    row: dict[str, Any] = {
        "device": devices.description,
        "card": str(tf.config.experimental.get_device_details(gpu[0])) if gpu else "none",
        "TensorFlow, Keras": f"{tf.__version__}, {keras.__version__}",
        "CUDA, cuDNN": ", ".join(map(str, _versions())),
        "number format": keras.config.dtype_policy().name,
    }
    row["product, GFLOP a second"] = product = product_speed(sizes)
    encoding, batches = example_batches(sizes)
    models: dict[str, ModelSettings] = {
        f"LSTM 2 x {sizes.width}": LstmSettings(sizes.width, 2, 0.0),
        f"transformer {sizes.layers} x {sizes.width}": TransformerSettings(
            width=sizes.width, layers=sizes.layers, heads=sizes.heads, dropout=0.0
        ),
    }
    for name, model in models.items():
        for key, value in train(model, encoding, batches, product, sizes.seconds).items():
            row[f"{name}: {key}"] = value
    row["memory of the card in use, MB"] = (gpu_memory() or 0) / 1e6
    row["memory of the card at most, MB"] = _peak_memory() / 1e6
    return row


def product_speed(sizes: Sizes) -> float:
    """10 ** 9 operations a second of a product of matrices, in the format of models."""
    matrix = tf.cast(
        tf.ones((sizes.matrix, sizes.matrix)) / sizes.matrix,
        keras.config.dtype_policy().compute_dtype,
    )
    product = tf.function(lambda a: tf.linalg.matmul(a, a))
    product(matrix)[0, 0].numpy()
    started = time.perf_counter()
    for _ in range(sizes.products):
        result = product(matrix)
    result[0, 0].numpy()  # waits for the device
    return 2 * sizes.matrix**3 * sizes.products / (time.perf_counter() - started) / 1e9


def example_batches(sizes: Sizes) -> tuple[Encoding, list[Batch]]:
    """Encoding and batches of the chorales."""
    scores = load_collection("bach-chorales").scores
    encoding = fit_encoding("events", scores)
    pieces = [encoding.encode(score) for score in scores]
    windows = Windows(pieces, encoding, sizes.length, sizes.batch)
    return encoding, list(islice(windows.shuffled(0, 0, (-5, 6)), COMPARED))


def train(
    model: ModelSettings, encoding: Encoding, batches: list[Batch], product: float, seconds: float
) -> dict[str, float]:
    """Speed, and the largest difference of the first losses from those on the CPU."""
    own = BatchTrainer(model, encoding, None)
    losses, cpu_losses = own.losses(batches), BatchTrainer(model, encoding, "CPU:0").losses(batches)
    speed = own.speed(batches, seconds)
    operations = OPERATIONS * own.trainer.network.count_params() * speed / 1e9
    return {
        "predicted notes a second": speed,
        "GFLOP a second": operations,
        "share of the product": operations / product,
        "first loss, nats a note": losses[0],
        f"loss of batch {COMPARED}": losses[-1],
        "largest difference of a loss from the CPU's": max(
            abs(a - b) for a, b in zip(losses, cpu_losses, strict=True)
        ),
    }


class BatchTrainer:
    """A model that is trained batch by batch on one device; None is TensorFlow's choice."""

    def __init__(self, model: ModelSettings, encoding: Encoding, device: str | None) -> None:
        self.device, self._sums = device, {"notes": 0.0}
        with tf.device(device):
            network = build_model(model, encoding, seed=1)
            self.trainer = StepsTrainer(network, tuple(field.name for field in encoding.fields))
            optimizer = build_optimizer(TrainSettings(clip_norm=1.0))
            self.trainer.compile(optimizer=optimizer, jit_compile=False)
            self.trainer.optimizer.build(network.trainable_variables)
        self._step = tf.function(self.trainer.train_step)

    def losses(self, batches: list[Batch]) -> list[float]:
        """Nats a note of batches, each before the next is trained on."""
        return [self._loss(batch) for batch in batches]

    def _loss(self, batch: Batch) -> float:
        self._train(batch)
        before, self._sums = self._sums, self.trainer.sums()
        block = subtract_sums(self._sums, before)
        nats = sum(value for name, value in block.items() if name.startswith("nats"))
        return nats / block["notes"]

    def speed(self, batches: list[Batch], seconds: float) -> float:
        """Predicted notes a second; the sums are read once a round, which waits for the device."""
        before, started = self.trainer.sums()["notes"], time.perf_counter()
        notes = elapsed = 0.0
        while elapsed < seconds:
            for batch in batches:
                self._train(batch)
            notes = self.trainer.sums()["notes"] - before
            elapsed = time.perf_counter() - started
        return notes / elapsed

    def _train(self, batch: Batch) -> None:
        with tf.device(self.device):
            self._step(batch)


def _versions() -> tuple[Any, ...]:
    build = tf.sysconfig.get_build_info()
    return build.get("cuda_version", "none"), build.get("cudnn_version", "none")


def _peak_memory() -> float:
    """Bytes of the first GPU that were in use at most; 0 without one."""
    if not tf.config.list_logical_devices("GPU"):
        return 0.0
    return float(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def _shown(value: Any) -> str:
    """A value with four significant digits, or a text."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    main()
