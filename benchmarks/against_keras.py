"""Speed of composing with the step graphs and with the fastest way of Keras.

    python -m benchmarks.against_keras [CHECKPOINT] [--rounds 3] [--json]

The fastest way of Keras is one XLA-compiled loop (`tf.function(jit_compile=True)` around
`tf.while_loop`) with carried LSTM state: the layers, heads, weights and sampling (temperature,
top-p) of the same checkpoint. Without CHECKPOINT that is an `lstm` of 2 x 256 on `events` with
random weights, which take as long as trained ones.

The loop does less than composing: features of the notes so far are computed by Python code, so
the loop has those of one real step as constants, and it has no constraints. That favours Keras.
Ours is measured twice: `same work` with the same constant features, `whole` as it composes.

Prints (a) seconds from the start of a process to 500 notes and (b) milliseconds per warm step for
1 and for 8 pieces: medians over rounds in which the sides take turns, and the ratios of both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.decoding.sampling import Sampling, draw
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.checkpoints.checkpoint import WEIGHTS, Checkpoint, open_checkpoint

NOTES = 500
SAMPLING = Sampling(temperature=0.9, top_p=0.95)
CONTEXT_STEPS = 40  # before the step whose features are constant
PIECES = (1, 8)
# Runs are so short that other programs do not interrupt all of them; the fastest one counts.
WARM_STEPS, WARM_RUNS = 50, 100
SIDES = ("keras", "same work", "whole")

Loop = Callable[[np.ndarray], np.ndarray]  # random numbers -> sampled steps, (N, K, F) both

NO_STEPS = Steps(np.zeros((0, 3), np.int32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", nargs="?", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.add_argument("--side", choices=SIDES, help="internal: what this process measures")
    arguments = parser.parse_args()
    if arguments.side:
        measure_side(Path(arguments.checkpoint), arguments.side)
        return
    results = measure(arguments.checkpoint, arguments.rounds)
    print(json.dumps(results) if arguments.json else _table(results))


def measure(checkpoint: str | None, rounds: int) -> dict[str, dict[str, float]]:
    """Medians over the rounds, by quantity and side."""
    samples: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkpoint"
        _write_checkpoint(checkpoint, folder)
        for _ in range(rounds):
            for side in SIDES:
                for name, value in _run_side(folder, side).items():
                    samples.setdefault(name, {}).setdefault(side, []).append(value)
    return {
        name: {side: float(np.median(values)) for side, values in sides.items()}
        for name, sides in samples.items()
    }


def measure_side(folder: Path, side: str) -> None:
    """Work of one process: compose, print that it is done, then measure warm steps."""
    if side == "whole":
        model = OnnxModel(open_checkpoint(folder))
        _compose(model, 1, NOTES)
        print("composed", flush=True)
        warm = {k: min(_compose(model, k, WARM_STEPS) for _ in range(WARM_RUNS)) for k in PIECES}
    else:
        checkpoint, build = open_checkpoint(folder), keras_loop if side == "keras" else our_loop
        loop = build(checkpoint, 1)
        loop(random_numbers(checkpoint.encoding, 1, NOTES))
        print("composed", flush=True)
        warm = {1: _fastest(loop, checkpoint.encoding, 1)}
        for pieces in PIECES[1:]:
            warm[pieces] = _fastest(build(checkpoint, pieces), checkpoint.encoding, pieces)
    print(
        json.dumps(
            {f"a step of {k}, ms": seconds / WARM_STEPS * 1e3 for k, seconds in warm.items()}
        )
    )


def keras_loop(checkpoint: Checkpoint, pieces: int) -> Loop:
    """XLA-compiled loop over all steps."""
    import tensorflow as tf

    from musicgen.models.build import step_models

    steps, encoding = step_models(_keras_model(checkpoint)), checkpoint.encoding
    count, names = len(encoding.fields), list(checkpoint.state)
    constants = constant_features(encoding, pieces)
    features = {name: tf.constant(v, tf.float32) for name, v in constants.items()}
    first = tf.constant([[field.size for field in encoding.fields]] * pieces, tf.int32)
    zeros = [tf.zeros((pieces, *checkpoint.state[name])) for name in names]

    @tf.function(jit_compile=True)
    def run(draws: Any) -> Any:  # (N, K, F) -> (N, K, F)
        notes = draws.shape[0]

        def step(at: Any, before: Any, state: Any, written: Any) -> Any:
            inputs = {"before": before, **features}
            out = steps[0]({**inputs, **dict(zip(names, state, strict=True))}, training=False)
            drawn = _draw_in_graph(out["logits"], draws[at, :, 0])[:, None]
            carried = [out[f"{name}_out"] for name in names]
            for index in range(1, count):
                outputs = {n.removesuffix("_out"): v for n, v in out.items() if n != "logits"}
                inputs |= {**outputs, "drawn": drawn}
                out = steps[index](inputs, training=False)
                chosen = _draw_in_graph(out["logits"], draws[at, :, index])
                drawn = tf.concat([drawn, chosen[:, None]], axis=1)
            return at + 1, drawn, carried, written.write(at, drawn)

        written = tf.TensorArray(tf.int32, size=notes, element_shape=(pieces, count))
        start = (tf.constant(0), first, zeros, written)
        end = tf.while_loop(lambda at, *_: at < notes, step, start, maximum_iterations=notes)
        return end[-1].stack()

    return lambda draws: run(tf.constant(draws, tf.float32)).numpy()


def our_loop(checkpoint: Checkpoint, pieces: int) -> Loop:
    """The same steps through the step graphs and the composer's sampling."""
    model = OnnxModel(checkpoint)
    features = constant_features(model.encoding, pieces)

    def run(draws: np.ndarray) -> np.ndarray:
        stepper, written = model.start(pieces), []
        for of_step in draws:  # (K, F)
            drawn = np.zeros((pieces, 0), np.int32)
            for index in range(draws.shape[2]):
                logits = stepper.logits(features, drawn)
                chosen = draw(logits, of_step[:, index], SAMPLING)
                drawn = np.concatenate([drawn, chosen[:, None]], axis=1, dtype=np.int32)
            stepper.push(drawn)
            written.append(drawn)
        return np.array(written)

    return run


def constant_features(encoding: Encoding, pieces: int) -> dict[str, np.ndarray]:
    """Features of one step after a scale in quarter notes."""
    tracker = encoding.tracker(pieces, NO_STEPS, 0)
    for note in range(CONTEXT_STEPS):
        step = [0] * len(encoding.fields)
        step[: min(3, len(step))] = [12, 30 + note % 12, 11][: len(step)]
        tracker.push(np.array([step] * pieces, np.int32))
    return {name: value.astype(np.float32) for name, value in tracker.features().items()}


def random_numbers(encoding: Encoding, pieces: int, notes: int) -> np.ndarray:
    """Uniform random numbers: (N, K, F)."""
    return np.random.default_rng(1).random((notes, pieces, len(encoding.fields)))


def _draw_in_graph(logits: Any, uniform: Any) -> Any:
    """`musicgen.composing.decoding.sampling.draw` in TensorFlow: (K, V), (K,) -> (K,)."""
    import tensorflow as tf

    order = tf.argsort(logits, direction="DESCENDING", stable=True)
    falling = tf.gather(logits, order, batch_dims=1)
    mass = tf.cumsum(tf.exp((falling - falling[:, :1]) / SAMPLING.temperature), axis=1)
    enough = tf.argmax(mass >= SAMPLING.top_p * mass[:, -1:], axis=1, output_type=tf.int32)
    mass_in_top_p = tf.gather(mass, enough, batch_dims=1)
    rank = tf.argmax(mass > (uniform * mass_in_top_p)[:, None], axis=1, output_type=tf.int32)
    return tf.gather(order, rank, batch_dims=1)


def _keras_model(checkpoint: Checkpoint) -> Any:
    """The Keras model with the checkpoint's weights, without the imports of the export."""
    from safetensors.numpy import load_file

    from musicgen.models.build import build_model

    model = build_model(checkpoint.model, checkpoint.encoding)
    weights: Mapping[str, np.ndarray] = load_file(checkpoint.folder / WEIGHTS)
    for variable in model.trainable_variables:
        variable.assign(weights[variable.path])
    return model


def _compose(model: OnnxModel, pieces: int, notes: int) -> float:
    """Seconds that one batch of pieces of a number of notes takes."""
    from musicgen.composing.generation import generate

    settings = ComposeSettings(
        bars=None, notes=notes, variations=pieces, seed=1,
        temperature=SAMPLING.temperature, top_p=SAMPLING.top_p,
    )  # fmt: skip
    return generate(model, settings)[0].seconds


def _fastest(loop: Loop, encoding: Encoding, pieces: int) -> float:
    """Seconds of the fastest of many runs, after one to warm up."""
    draws, seconds = random_numbers(encoding, pieces, WARM_STEPS), []
    loop(draws)
    for _ in range(WARM_RUNS):
        started = time.perf_counter()
        loop(draws)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _write_checkpoint(checkpoint: str | None, folder: Path) -> None:
    """Write a checkpoint whose weights are also in a file, which Keras needs."""
    from musicgen.encoding.events import EventsEncoding
    from musicgen.models.build import build_model
    from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights
    from musicgen.models.settings import LstmSettings
    from musicgen.training.run_folder.registry import find_checkpoint

    if checkpoint is None:
        encoding: Encoding = EventsEncoding()
        model = build_model(LstmSettings(width=256, layers=2), encoding)
    else:
        opened = open_checkpoint(find_checkpoint(checkpoint))
        encoding, model = opened.encoding, build_model(opened.model, opened.encoding)
        load_weights(model, opened.folder)
    CheckpointWriter(model, encoding).write(folder, {})


def _run_side(folder: Path, side: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.against_keras", str(folder), "--side", side]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "composed\n":
            raise RuntimeError(f"{side} composed nothing")
        seconds = time.perf_counter() - started
        rest: dict[str, float] = json.loads(process.stdout.read())
    return {f"from process start to {NOTES} notes, s": seconds, **rest}


def _table(results: Mapping[str, Mapping[str, float]]) -> str:
    rows = [f"{'':36}" + "".join(f"{side:>12}" for side in SIDES) + f"{'same/keras':>12}"]
    for name, sides in results.items():
        values = "".join(f"{sides[side]:12.3f}" for side in SIDES)
        rows.append(f"{name:36}{values}{sides['same work'] / sides['keras']:12.2f}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
