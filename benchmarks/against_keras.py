"""Our engine against Keras's own fastest way to compose, side by side.

    python -m benchmarks.against_keras [CHECKPOINT] [--rounds 3] [--json]

Keras's way is one XLA-compiled loop (`tf.function(jit_compile=True)` around `tf.while_loop`) with
carried LSTM state: the layers, heads, weights and sampling (temperature, top-p) of the checkpoint
that ours runs. Without CHECKPOINT that is an `lstm` of 2 x 256 on `events` with fresh weights,
which take as long as trained ones.

The loop leaves out what composing needs beside: the inputs that are derived from the notes so far
(what sounds, what followed the last time) follow from Python code, so it is given those of one
real step, again and again; and it has no rules. That favours Keras. Ours is measured in two
ways: `same work`, with the same frozen inputs, and `whole`, as pieces are really composed.

Prints (a) seconds from the start of a fresh process to 500 notes and (b) milliseconds a step,
warm, for 1 and for 8 pieces: medians over rounds that take turns, and the ratios of both.
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
from musicgen.encoding.steps import Encoding
from musicgen.models.checkpoints.checkpoint import WEIGHTS, Checkpoint, open_checkpoint
from musicgen.score import COMMON_TIME

NOTES = 500
SAMPLING = Sampling(temperature=0.9, top_p=0.95)
HEARD = 40  # steps before the one whose derived inputs are kept
PIECES = (1, 8)
# Warm: runs so short that some of them fall between what other programs do; the fastest counts.
STEPS, RUNS = 50, 100
SIDES = ("keras", "same work", "whole")

Draw = Callable[[np.ndarray], np.ndarray]  # uniforms (N, K, F) -> the steps drawn, alike


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", nargs="?", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    parser.add_argument("--side", choices=SIDES, help="what one of the fresh processes measures")
    arguments = parser.parse_args()
    if arguments.side:
        measure(Path(arguments.checkpoint), arguments.side)
        return
    found = measured(arguments.checkpoint, arguments.rounds)
    print(json.dumps(found) if arguments.json else _table(found))


def measured(checkpoint: str | None, rounds: int) -> dict[str, dict[str, float]]:
    """Figures by name and side: medians over the rounds."""
    every: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkpoint"
        _write_checkpoint(checkpoint, folder)
        for _ in range(rounds):
            for side in SIDES:
                for name, value in _in_a_fresh_process(folder, side).items():
                    every.setdefault(name, {}).setdefault(side, []).append(value)
    return {
        name: {side: float(np.median(values)) for side, values in sides.items()}
        for name, sides in every.items()
    }


def measure(folder: Path, side: str) -> None:
    """In a process of its own: compose, say so at once, and then measure warm steps."""
    if side == "whole":
        engine = OnnxModel(open_checkpoint(folder))
        _compose(engine, 1, NOTES)
        print("composed", flush=True)
        warm = {k: min(_compose(engine, k, STEPS) for _ in range(RUNS)) for k in PIECES}
    else:
        opened, prepare = open_checkpoint(folder), keras_loop if side == "keras" else our_loop
        draw_one = prepare(opened, 1)
        draw_one(uniforms(opened.encoding, 1, NOTES))
        print("composed", flush=True)
        warm = {1: _fastest(draw_one, opened.encoding, 1)}
        for pieces in PIECES[1:]:
            warm[pieces] = _fastest(prepare(opened, pieces), opened.encoding, pieces)
    print(json.dumps({f"a step of {k}, ms": seconds / STEPS * 1e3 for k, seconds in warm.items()}))


def keras_loop(checkpoint: Checkpoint, pieces: int) -> Draw:
    """All steps in one compiled graph."""
    import tensorflow as tf

    from musicgen.models.build import step_models

    steps, encoding = step_models(_keras_model(checkpoint)), checkpoint.encoding
    count, names = len(encoding.fields), list(checkpoint.state)
    heard = {name: tf.constant(v, tf.float32) for name, v in frozen(encoding, pieces).items()}
    first = tf.constant([[field.size for field in encoding.fields]] * pieces, tf.int32)
    zeros = [tf.zeros((pieces, *checkpoint.state[name])) for name in names]

    @tf.function(jit_compile=True)
    def run(uniforms: Any) -> Any:  # (N, K, F) -> (N, K, F)
        notes = uniforms.shape[0]

        def step(at: Any, before: Any, state: Any, written: Any) -> Any:
            inputs = {"before": before, **heard}
            out = steps[0]({**inputs, **dict(zip(names, state, strict=True))}, training=False)
            drawn = _draw_in_graph(out["logits"], uniforms[at, :, 0])[:, None]
            carried = [out[f"{name}_out"] for name in names]
            for index in range(1, count):
                handed_on = {n.removesuffix("_out"): v for n, v in out.items() if n != "logits"}
                inputs |= {**handed_on, "drawn": drawn}
                out = steps[index](inputs, training=False)
                chosen = _draw_in_graph(out["logits"], uniforms[at, :, index])
                drawn = tf.concat([drawn, chosen[:, None]], axis=1)
            return at + 1, drawn, carried, written.write(at, drawn)

        written = tf.TensorArray(tf.int32, size=notes, element_shape=(pieces, count))
        start = (tf.constant(0), first, zeros, written)
        end = tf.while_loop(lambda at, *_: at < notes, step, start, maximum_iterations=notes)
        return end[-1].stack()

    return lambda uniforms: run(tf.constant(uniforms, tf.float32)).numpy()


def our_loop(checkpoint: Checkpoint, pieces: int) -> Draw:
    """The same steps through the engine and the composer's sampling."""
    engine = OnnxModel(checkpoint)
    heard = frozen(engine.encoding, pieces)

    def run(uniforms: np.ndarray) -> np.ndarray:
        stepper, written = engine.start(pieces), []
        for numbers in uniforms:
            drawn = np.zeros((pieces, 0), np.int32)
            for index in range(uniforms.shape[2]):
                logits = stepper.logits(heard, drawn)
                chosen = draw(logits, numbers[:, index], SAMPLING)
                drawn = np.concatenate([drawn, chosen[:, None]], axis=1, dtype=np.int32)
            stepper.push(drawn)
            written.append(drawn)
        return np.array(written)

    return run


def frozen(encoding: Encoding, pieces: int) -> dict[str, np.ndarray]:
    """The derived inputs of a real step: after a scale, a quarter a note."""
    tracker = encoding.tracker(pieces, (COMMON_TIME,), 0)
    for note in range(HEARD):
        step = [0] * len(encoding.fields)
        step[: min(3, len(step))] = [12, 30 + note % 12, 11][: len(step)]
        tracker.push(np.array([step] * pieces, np.int32))
    return {name: value.astype(np.float32) for name, value in tracker.features().items()}


def uniforms(encoding: Encoding, pieces: int, notes: int) -> np.ndarray:
    return np.random.default_rng(1).random((notes, pieces, len(encoding.fields)))


def _draw_in_graph(logits: Any, uniform: Any) -> Any:
    """`musicgen.composing.decoding.sampling.draw` in TensorFlow: (K, V), (K,) -> (K,)."""
    import tensorflow as tf

    order = tf.argsort(logits, direction="DESCENDING", stable=True)
    falling = tf.gather(logits, order, batch_dims=1)
    mass = tf.cumsum(tf.exp((falling - falling[:, :1]) / SAMPLING.temperature), axis=1)
    enough = tf.argmax(mass >= SAMPLING.top_p * mass[:, -1:], axis=1, output_type=tf.int32)
    kept = tf.gather(mass, enough, batch_dims=1)
    rank = tf.argmax(mass > (uniform * kept)[:, None], axis=1, output_type=tf.int32)
    return tf.gather(order, rank, batch_dims=1)


def _keras_model(checkpoint: Checkpoint) -> Any:
    """The model with the checkpoint's weights, without what only writing checkpoints imports."""
    from safetensors.numpy import load_file

    from musicgen.models.build import build_model

    model = build_model(checkpoint.model, checkpoint.encoding)
    weights: Mapping[str, np.ndarray] = load_file(checkpoint.folder / WEIGHTS)
    for variable in model.trainable_variables:
        variable.assign(weights[variable.path])
    return model


def _compose(engine: OnnxModel, pieces: int, notes: int) -> float:
    """Seconds in which pieces of so many notes are composed, all in one batch."""
    from musicgen.composing.generation import generate

    settings = ComposeSettings(
        bars=None, notes=notes, variations=pieces, seed=1,
        temperature=SAMPLING.temperature, top_p=SAMPLING.top_p,
    )  # fmt: skip
    return generate(engine, settings)[0].seconds


def _fastest(draw_all: Draw, encoding: Encoding, pieces: int) -> float:
    """Seconds of the fastest of many runs, after one to warm up."""
    numbers, seconds = uniforms(encoding, pieces, STEPS), []
    draw_all(numbers)
    for _ in range(RUNS):
        began = time.perf_counter()
        draw_all(numbers)
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _write_checkpoint(checkpoint: str | None, folder: Path) -> None:
    """A checkpoint with its weights in a file of their own, for both sides."""
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


def _in_a_fresh_process(folder: Path, side: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.against_keras", str(folder), "--side", side]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "composed\n":
            raise RuntimeError(f"{side} composed nothing")
        seconds = time.perf_counter() - began
        rest: dict[str, float] = json.loads(process.stdout.read())
    return {f"from process start to {NOTES} notes, s": seconds, **rest}


def _table(found: Mapping[str, Mapping[str, float]]) -> str:
    rows = [f"{'':36}" + "".join(f"{side:>12}" for side in SIDES) + f"{'same/keras':>12}"]
    for name, sides in found.items():
        figures = "".join(f"{sides[side]:12.3f}" for side in SIDES)
        rows.append(f"{name:36}{figures}{sides['same work'] / sides['keras']:12.2f}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
