"""Speed of composing.

    python -m benchmarks.composing CHECKPOINT [--steps 500] [--json]

Prints milliseconds per warm step, with all heads, constraints and sampling, for 1 and 8
variations; for 1 variation of 100, 1,000 and 10,000 notes (which must not grow); the part of a
step that is spent in the graphs; and the time to open the checkpoint. Values are medians over the
steps, with the 5th percentile, which is the cost without other programs on the processor. Half a
minute on one core.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from dataclasses import replace

import numpy as np

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.decoding.prompt import build_prompt
from musicgen.composing.generation import generate
from musicgen.composing.settings import MAX_BARS, ComposeSettings
from musicgen.composing.style.sampling import choose_ensemble, with_style_defaults
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.parts.roles import Ensemble
from musicgen.encoding.steps import Features
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.registry import find_checkpoint

LENGTHS_NOTES = (100, 1_000, 10_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    results = measure(arguments.checkpoint, arguments.steps)
    if arguments.json:
        print(json.dumps(results))
        return
    print(f"{'milliseconds':40} {'median':>9} {'5th perc.':>9}")
    for name, (median, low) in results.items():
        print(f"{name:40} {median:9.3f} {low:9.3f}")


# As many bars as can be, so that no piece ends by itself.
SETTINGS = ComposeSettings(bars=MAX_BARS, notes=1, temperature=0.9, top_p=0.95, seed=1)


def measure(checkpoint: str, steps: int) -> dict[str, tuple[float, float]]:
    """Median and 5th percentile in milliseconds, by quantity."""
    started = time.perf_counter()
    opened = open_checkpoint(find_checkpoint(checkpoint))
    model = OnnxModel(opened)
    opening = (time.perf_counter() - started) * 1e3
    results = {"opening the checkpoint": (opening, opening)}
    styles = TrainingProfile.load(opened.folder).styles
    ensemble = choose_ensemble(with_style_defaults(SETTINGS, styles), styles)
    _steps(model, ensemble, 20, 1)
    for variations in (1, 8):
        times = _steps(model, ensemble, steps, variations)
        results[f"a step, {variations} variations"] = _summary(times)
        results[f"graphs alone, {variations} variations"] = _summary(_graphs(model, variations))
    for notes in LENGTHS_NOTES:
        results[f"a note of {notes:,}"] = _summary(_steps(model, ensemble, notes, 1))
    return results


def _summary(seconds: list[float]) -> tuple[float, float]:
    """Median and 5th percentile in milliseconds."""
    return float(np.median(seconds)) * 1e3, float(np.percentile(seconds, 5)) * 1e3


def _steps(model: OnnxModel, ensemble: Ensemble, notes: int, variations: int) -> list[float]:
    """Seconds of each step of all pieces; a second thread may step some of them meanwhile."""
    times: list[float] = []

    def tick() -> bool:
        if threading.current_thread() is threading.main_thread():
            times.append(time.perf_counter())
        return False

    settings = replace(SETTINGS, notes=notes, variations=variations)
    generate(model, settings, stop=tick, ensemble=ensemble)
    return np.diff(times).tolist()


def _graphs(model: OnnxModel, pieces: int, steps: int = 500) -> list[float]:
    """Seconds of all graphs in each of some steps."""
    stepper = model.start(pieces)
    opening = build_prompt(model.encoding, SETTINGS, None).steps
    features: Features = model.encoding.tracker(pieces, opening, 0).features()
    fields = np.zeros((pieces, len(model.encoding.fields)), np.int32)
    seconds = []
    for _ in range(steps):
        started = time.perf_counter()
        for index in range(fields.shape[1]):
            stepper.logits(features, fields[:, :index])
        stepper.push(fields)
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main()
