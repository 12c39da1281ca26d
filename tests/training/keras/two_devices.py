"""Train one model on one CPU and on two logical ones; prints the losses of both as JSON.

It is a program because logical devices have to be configured before TensorFlow's first operation.
"""

import json

import musicgen.models.keras_import  # noqa: F401

# isort: split
import keras
import tensorflow as tf

from musicgen.encoding.notes import NotesEncoding
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings
from musicgen.training.data.windows import Windows
from musicgen.training.keras.devices import Devices, mirrored_strategy, run_graphs_as_traced
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.trainer import StepsTrainer, as_dataset
from musicgen.training.settings import TrainSettings
from tests.helpers.tiny_music import tiny_pieces

BATCHES = 20


def losses(devices: Devices) -> list[float]:
    """Nats per step of the batches."""
    pieces = tiny_pieces(40)
    encoding = NotesEncoding.for_scores(pieces)
    windows = Windows([encoding.encode(s) for s in pieces], encoding, 16, 4)
    settings = TrainSettings(clip_norm=0.5, learning_rate=3e-2)
    with devices.scope():
        network = build_model(LstmSettings(16, 1, 0.0), encoding, seed=1)
        trainer = StepsTrainer(network, tuple(field.name for field in encoding.fields))
        trainer.compile(optimizer=build_optimizer(settings), jit_compile=False)
    per_batch: list[float] = []

    def record(batch: int, logs: object) -> None:
        sums = trainer.sums()
        nats = sum(value for name, value in sums.items() if name.startswith("nats"))
        per_batch.append(nats / sums["notes"])
        for metric in trainer.metrics:
            metric.reset_state()

    batches = as_dataset(lambda: windows.shuffled(0, 0, (-5, 6)), next(windows.in_order()), BATCHES)
    recorder = keras.callbacks.LambdaCallback(on_train_batch_end=record)
    trainer.fit(batches, callbacks=[recorder], shuffle=False, verbose=0)
    return per_batch


if __name__ == "__main__":
    half = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], half)
    run_graphs_as_traced()  # as a training on CPUs does
    two = Devices("two", mirrored_strategy(["CPU:0", "CPU:1"]))
    print(json.dumps([losses(Devices("one")), losses(two)]))
