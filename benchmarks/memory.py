"""Peak memory of trainings, and the estimate that the Train page shows before they start.

    python -m benchmarks.memory [NAME ...] [--json]

Each training is a process: one short epoch on some of the chorales. The peak is that of its
resident memory. About a minute each on two cores, `classic` takes longer.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.models.settings import (
    ClassicSettings,
    LstmSettings,
    ModelSettings,
    TransformerSettings,
)
from musicgen.training.data.prepare import prepare
from musicgen.training.forecast.machine import this_machine
from musicgen.training.forecast.memory import expected_memory
from musicgen.training.run_folder.registry import create_run
from musicgen.training.settings import RunSettings, default_training

PIECES, CLASSIC_PIECES = 60, 10  # `classic` is slow

# Model, encoding, number of pieces, changes of the model's default training settings.
TRAININGS: Mapping[str, tuple[ModelSettings, str, int, Mapping[str, int]]] = {
    "lstm 16 x 1": (LstmSettings(16, 1), "events", PIECES, {"batch_size": 2, "length": 16}),
    "lstm 256 x 2": (LstmSettings(), "events", PIECES, {}),
    "lstm 256 x 2, batch 128": (LstmSettings(), "events", PIECES, {"batch_size": 128}),
    "lstm 256 x 4, batch 128": (LstmSettings(layers=4), "events", PIECES, {"batch_size": 128}),
    "lstm 1024 x 2": (LstmSettings(1024), "events", PIECES, {"batch_size": 16}),
    "lstm on tokens, batch 128": (LstmSettings(), "notes", PIECES, {"batch_size": 128}),
    "transformer 256 x 4": (TransformerSettings(), "events", PIECES, {}),
    "transformer 256 x 4, batch 64": (TransformerSettings(), "events", PIECES, {"batch_size": 64}),
    "transformer, length 1024": (
        TransformerSettings(context=1024), "events", PIECES, {"batch_size": 8, "length": 1024},
    ),
    "lstm 256 x 2 on parts": (LstmSettings(), "parts", PIECES, {}),
    "lstm 256 x 2 on parts, batch 128": (LstmSettings(), "parts", PIECES, {"batch_size": 128}),
    "transformer 256 x 4 on parts": (TransformerSettings(), "parts", PIECES, {}),
    "classic": (ClassicSettings(), "notes", CLASSIC_PIECES, {}),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(TRAININGS)}; default: all")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(TRAININGS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    results = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["MUSICGEN_HOME"] = home
        for name in arguments.names or TRAININGS:
            results[name] = measure(Path(home), name)
            if not arguments.json:
                peak, expected = (results[name][which] / 2**20 for which in ("peak", "expected"))
                print(f"{name:32} {peak:6,.0f} MiB, expected {expected:6,.0f}", flush=True)
    if arguments.json:
        print(json.dumps(results))


def measure(home: Path, name: str) -> dict[str, Any]:
    """Peak and expected bytes of a training."""
    model, encoding, pieces, changes = TRAININGS[name]
    train = replace(default_training(model), epochs=1, **changes)  # type: ignore[arg-type]
    source = str(_chorales(home / f"chorales-{pieces}", pieces))
    settings = RunSettings(name, source, encoding, model, train)
    data = prepare(load_collection(source), settings)
    predictions = sum(map(len, data.pieces["train"]))
    expected = expected_memory(settings, data.encoding, predictions, this_machine().policy)
    assert expected is not None
    run = create_run(settings)
    return {"peak": peak_memory(run.name), "expected": expected.total}


def peak_memory(run: str) -> int:
    """Train a run in a process; returns the peak of its resident memory in bytes."""
    command = [sys.executable, "-m", "musicgen.training.worker.process", run]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the training '{run}' failed")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _chorales(folder: Path, pieces: int) -> Path:
    """Folder of the first chorales, extracted where it does not exist."""
    if not folder.exists():
        extracted = folder.with_name(f"{folder.name}-whole")
        chorales = next(c for c in bundled_collections() if c.name == "bach-chorales")
        shutil.unpack_archive(chorales.path, extracted)
        folder.mkdir()
        for file in sorted(extracted.rglob("*.mid"))[:pieces]:
            file.rename(folder / file.name)
        shutil.rmtree(extracted)
    return folder


if __name__ == "__main__":
    main()
