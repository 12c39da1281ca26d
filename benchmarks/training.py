"""Training speed of the notebook's network and of `lstm`, in alternation.

    python -m benchmarks.training [--rounds 5] [--json]

Both networks have 5.5 million parameters. Batches of both alternate, so that other programs slow
both down alike; values are medians, by the clock and by processor time, which other programs
change less. `lstm` is measured as it is trained: with its heads, gradient clipping and optimizer;
a prediction is a note (three fields). The LSTM layers are also compared with a matrix product of
the same number format, which is measured in between. See docs/speed.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from musicgen.corpus.load import load_collection
from musicgen.corpus.split import split_pieces
from musicgen.encoding.events import EventsEncoding
from musicgen.models.backbones.cpu_lstm import CpuLSTM
from musicgen.models.build import build_model
from musicgen.models.classic import classic_network
from musicgen.models.settings import ClassicSettings, LstmSettings
from musicgen.training.data.windows import Windows
from musicgen.training.keras.devices import set_up_devices
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.trainer import StepsTrainer
from musicgen.training.settings import TrainSettings

VOCABULARY, NOTEBOOK_BATCH, NOTEBOOK_WINDOW = 358, 128, 100
WIDTH, LAYERS, BATCH, LENGTH = 480, 2, 32, 128  # 5.5 million parameters with heads
PRODUCT_SHAPE = (4096, 512, 2048)  # rows, inner, columns
PRODUCTS = 10  # per call

Task = tuple[Callable[[], Any], float]  # function to time, and notes or operations per call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    device = set_up_devices().description
    tasks, facts = build_tasks()
    seconds = time_alternately({name: call for name, (call, _) in tasks.items()}, arguments.rounds)
    rates = {
        name: {"clock": amount / seconds[name][0], "processor": amount / seconds[name][1]}
        for name, (_, amount) in tasks.items()
    }
    results = {"device": device, **facts, "rates": rates, "ratios": ratios(rates)}
    if arguments.json:
        print(json.dumps(results))
        return
    print(f"{device}; parameters: {facts['parameters']}")
    print(f"{'':36}{'per second':>16}{'per processor second':>24}")
    for name, rate in rates.items():
        print(f"{name:36}{rate['clock']:16,.0f}{rate['processor']:24,.0f}")
    for name, ratio in results["ratios"].items():
        print(f"{name:36}{ratio['clock']:16.2f}{ratio['processor']:24.2f}")


def build_tasks() -> tuple[dict[str, Task], dict[str, Any]]:
    """Tasks by name, and the number format and the parameters of the networks."""
    kind = keras.config.dtype_policy().compute_dtype
    keras.config.set_dtype_policy("float32")  # the notebook's number format
    notebook, notebook_parameters = notebook_step()
    keras.config.set_dtype_policy("float32" if kind == "float32" else f"mixed_{kind}")
    ours, our_parameters, pipeline, notes = lstm_step()
    layers, layers_amount = lstm_layers(kind)
    tasks: dict[str, Task] = {
        "notebook, notes": (notebook, NOTEBOOK_BATCH),
        "lstm, notes": (ours, notes),
        "input pipeline, notes": (pipeline, notes),
        "LSTM layers, operations": (layers, layers_amount),
        "product, operations": (product(kind), PRODUCTS * 2.0 * np.prod(PRODUCT_SHAPE)),
        "float32 product, operations": (
            product("float32"),
            PRODUCTS * 2.0 * np.prod(PRODUCT_SHAPE),
        ),
    }
    parameters = {"notebook": notebook_parameters, "lstm": our_parameters}
    return tasks, {"number_format": kind, "parameters": parameters}


def ratios(rates: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Ratios of rates, by clock and by processor time."""
    pairs = {
        "lstm / notebook": ("lstm, notes", "notebook, notes"),
        "pipeline / lstm": ("input pipeline, notes", "lstm, notes"),
        "LSTM layers / product": ("LSTM layers, operations", "product, operations"),
        "LSTM layers / float32 product": ("LSTM layers, operations", "float32 product, operations"),
    }
    return {
        name: {by: rates[one][by] / rates[other][by] for by in ("clock", "processor")}
        for name, (one, other) in pairs.items()
    }


def time_alternately(
    calls: dict[str, Callable[[], Any]], rounds: int
) -> dict[str, tuple[float, float]]:
    """Median seconds by the clock and by processor time, after one round to warm up."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        print(f"round {turn} of {rounds} ...", file=sys.stderr)
        for name, call in calls.items():
            started = time.perf_counter(), time.process_time()
            call()
            taken[name].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return {name: tuple(np.median(times[1:], axis=0).tolist()) for name, times in taken.items()}


def notebook_step() -> tuple[Callable[[], Any], int]:
    """A training step of the notebook, with one prediction per window, and its parameters."""
    network = classic_network(ClassicSettings(), VOCABULARY)
    network.compile(loss="categorical_crossentropy", optimizer="rmsprop")
    rng = np.random.default_rng(0)
    windows = rng.random((NOTEBOOK_BATCH, NOTEBOOK_WINDOW, 1), np.float32)
    targets = keras.utils.to_categorical(rng.integers(VOCABULARY, size=NOTEBOOK_BATCH), VOCABULARY)
    return lambda: network.train_on_batch(windows, targets), network.count_params()


def lstm_step() -> tuple[Callable[[], Any], int, Callable[[], Any], float]:
    """A training step of `lstm`, its parameters, a call that makes a batch, notes per batch."""
    scores, encoding = load_collection("bach-chorales").scores, EventsEncoding()
    sides = zip(scores, split_pieces(scores), strict=True)
    pieces = [encoding.encode(score) for score, side in sides if side == "train"]
    windows = Windows(pieces, encoding, LENGTH, BATCH)
    network = build_model(LstmSettings(WIDTH, LAYERS, 0.1), encoding)
    trainer = StepsTrainer(network, tuple(field.name for field in encoding.fields))
    trainer.compile(optimizer=build_optimizer(TrainSettings()), jit_compile=False)
    batches = windows.shuffled(0, 0, (-5, 6))
    batch = next(batches)
    notes = sum(map(len, pieces)) / windows.batches  # without padding
    return lambda: trainer.train_on_batch(*batch), network.count_params(), batches.__next__, notes


def lstm_layers(kind: str) -> tuple[Callable[[], Any], float]:
    """Forward and backward pass of the LSTM layers, and their multiplications and additions."""
    stack = [CpuLSTM(WIDTH, return_sequences=True) for _ in range(LAYERS)]
    inputs = tf.constant(np.random.default_rng(0).normal(size=(BATCH, LENGTH, WIDTH)), kind)
    for layer in stack:
        layer.build(inputs.shape)
    variables = [variable.value for layer in stack for variable in layer.trainable_variables]

    @tf.function
    def gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = inputs
            for layer in stack:
                outputs = layer(outputs)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 2)
        return tape.gradient(loss, [inputs, *variables])

    # One pass forward, two backward: gradients of the inputs and of the weights.
    return gradients, 3 * 2.0 * BATCH * LENGTH * LAYERS * 2 * WIDTH * 4 * WIDTH


def product(kind: str) -> Callable[[], Any]:
    """Matrix products in a number format."""
    rows, inner, columns = PRODUCT_SHAPE
    rng = np.random.default_rng(0)
    left = tf.constant(rng.normal(size=(rows, inner)), kind)
    right = tf.constant(rng.normal(size=(inner, columns)), kind)
    multiply = tf.function(lambda: tf.matmul(left, right))
    return lambda: [multiply() for _ in range(PRODUCTS)]


if __name__ == "__main__":
    main()
