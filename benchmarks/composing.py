"""How fast pieces are composed.

    python -m benchmarks.composing CHECKPOINT [--steps 500] [--json]

Prints milliseconds a step, warm, with all heads, rules and sampling, for 1 and 8 variations;
for 1 variation at 100, 1,000 and 10,000 notes (the cost must not grow); what of a step is spent
in the graphs; and what opening the checkpoint costs. Each figure is the median over the steps;
the 5th percentile beside it is what a step costs while no other program takes the processor.
Half a minute on one core.
"""

from __future__ import annotations

import argparse
import json
import threading
import time

import numpy as np

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.steps import Features
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import COMMON_TIME
from musicgen.training.run_folder.registry import find_checkpoint

GROWTH = (100, 1_000, 10_000)  # notes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    found = measured(arguments.checkpoint, arguments.steps)
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{'milliseconds':40} {'median':>9} {'5th perc.':>9}")
    for name, (median, low) in found.items():
        print(f"{name:40} {median:9.3f} {low:9.3f}")


def measured(checkpoint: str, steps: int) -> dict[str, tuple[float, float]]:
    began = time.perf_counter()
    engine = OnnxModel(open_checkpoint(find_checkpoint(checkpoint)))
    opening = (time.perf_counter() - began) * 1e3
    found = {"opening the checkpoint": (opening, opening)}
    _steps(engine, 20, 1)
    for variations in (1, 8):
        found[f"a step, {variations} variations"] = _summary(_steps(engine, steps, variations))
        found[f"graphs alone, {variations} variations"] = _summary(_graphs(engine, variations))
    for notes in GROWTH:
        found[f"a note of {notes:,}"] = _summary(_steps(engine, notes, 1))
    return found


def _summary(seconds: list[float]) -> tuple[float, float]:
    """Median and 5th percentile in milliseconds."""
    return float(np.median(seconds)) * 1e3, float(np.percentile(seconds, 5)) * 1e3


def _steps(engine: OnnxModel, notes: int, variations: int) -> list[float]:
    """Seconds of each step, of all pieces: those of another thread take theirs meanwhile."""
    moments: list[float] = []

    def tick() -> bool:
        if threading.current_thread() is threading.main_thread():
            moments.append(time.perf_counter())
        return False

    wanted = ComposeSettings(
        bars=None, notes=notes, variations=variations, temperature=0.9, top_p=0.95, seed=1
    )
    generate(engine, wanted, stop=tick)
    return np.diff(moments).tolist()


def _graphs(engine: OnnxModel, pieces: int, times: int = 500) -> list[float]:
    """Seconds of one run of every graph."""
    stepper = engine.start(pieces)
    features: Features = engine.encoding.tracker(pieces, (COMMON_TIME,), 0).features()
    fields = np.zeros((pieces, len(engine.encoding.fields)), np.int32)
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        for index in range(fields.shape[1]):
            stepper.logits(features, fields[:, :index])
        stepper.push(fields)
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
