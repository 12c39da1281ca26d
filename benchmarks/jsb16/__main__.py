"""Bach's chorales on a grid of 16ths: nats per note on the split that papers use.

    python -m benchmarks.jsb16 [--minutes 55] [--data FILE.npz] [--test FILE.npz] [--members 2]
                               [--run NAME] [--encoding frames|parts]
                               [--model lstm|transformer] [--keys 12] [--json]

Trains this repo's model and evaluates the best checkpoint through its step graphs, over whole
pieces. Each pitch of each voice in each frame is a note. Rests cost nats and are not notes.

In `frames` a step is a frame of four voices, soprano first, each predicted given the ones before
it; the end of a piece is not predicted, as in the papers. In `parts` a step is a pitch that goes
on, of one voice, with its duration, and each voice's end is paid for. Both say the same: a pitch
that is struck again is one that goes on.

Several members that differ in their seed are trained at the same time, on separate cores. Their
mean over twelve keys is evaluated alone and mixed with an n-gram: see
`benchmarks/jsb16/ensemble.py`. The table's `one model` is a single member in the original key.

Takes `--minutes` for all members together, and some more to evaluate. Ctrl-C stops it; the same
command continues, trains longer with more minutes, and otherwise evaluates the saved checkpoints.
Papers, on validation: Transformer 0.417, Coconet in order 0.436, Music Transformer 0.335.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from benchmarks.jsb16.ensemble import evaluate_members
from benchmarks.jsb16.member import MODEL_OPTIONS, add_model_options
from benchmarks.jsb16.pieces import Pieces, read_pieces
from musicgen.paths import home
from musicgen.training.run_folder.run import Run

DATA = Path(__file__).parents[3] / "shared/corpora/jsb16/jsb16.npz"
NATS_PER_BIT = math.log(2)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    names = [f"{options.run}-{number}" for number in range(1, options.members + 1)]
    _train_all(options, names)
    runs = [Run(_home_of(name) / "runs" / name) for name in names]
    sides = {"valid": options.data} | ({"test": options.test} if options.test else {})
    pieces = {side: read_pieces(file, side, options.encoding) for side, file in sides.items()}
    print(f"evaluating {' and '.join(sides)} in {options.keys} keys ...", file=sys.stderr)
    train = read_pieces(options.data, "train", options.encoding)
    result: dict[str, Any] = {"members": [_member(run, train, pieces["valid"]) for run in runs]}
    result |= evaluate_members(runs, train, pieces, options.keys)
    print(json.dumps(result) if options.json else _table(result))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="file of the sides train and valid")
    parser.add_argument(
        "--test", type=Path, help="evaluate test_pitches, test_ends of this file too"
    )
    parser.add_argument("--run", default="jsb16", help="first part of the runs' names")
    parser.add_argument(
        "--minutes", type=float, default=55.0, help="of training, of all members together"
    )
    parser.add_argument("--members", type=int, default=2, help="models that are averaged")
    parser.add_argument("--keys", type=int, default=12, help="keys that each member predicts in")
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    options = parser.parse_args(arguments)
    if options.members < 1 or options.keys < 1:
        parser.error("at least one member and one key are needed")
    return options


def _train_all(options: argparse.Namespace, names: Sequence[str]) -> None:
    """Train the members that are not finished, as many at a time as there are cores."""
    allowed = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    parallel = min(len(names), len(allowed))
    free_cores: SimpleQueue[list[int]] = SimpleQueue()
    for first in range(parallel):
        free_cores.put(sorted(allowed)[first::parallel])
    minutes = options.minutes * parallel / len(names)

    def train(seed: int) -> int:
        cores = free_cores.get()
        try:
            return _train_one(options, names[seed], seed, minutes, cores)
        finally:
            free_cores.put(cores)

    try:
        with ThreadPoolExecutor(parallel) as pool:
            statuses = list(pool.map(train, range(len(names))))
    except KeyboardInterrupt:  # the members receive it as well
        statuses = [1]
    if any(statuses):
        raise SystemExit("a training did not finish: the same command continues it")


def _train_one(
    options: argparse.Namespace, name: str, seed: int, minutes: float, cores: Sequence[int]
) -> int:
    """Train a member in a process of its own; returns its exit status."""
    model = [f"--{option.replace('_', '-')}={getattr(options, option)}" for option in MODEL_OPTIONS]
    command = [sys.executable, "-m", "benchmarks.jsb16.member", str(options.data), *model]
    command += ["--run", name, "--seed", str(seed), "--minutes", str(minutes)]
    command += ["--cores", ",".join(map(str, cores))]
    # Trainings of one home run one after another.
    environment = os.environ | {"MUSICGEN_HOME": str(_home_of(name))}
    return subprocess.run(command, env=environment, check=False).returncode


def _home_of(name: str) -> Path:
    return home() / "benchmarks" / name


def _member(run: Run, train: Pieces, valid: Pieces) -> dict[str, Any]:
    """Training time and loss curves of a member; the losses are those of windows."""
    steps_a_note = [sum(map(len, side.steps)) / side.notes.sum() for side in (train, valid)]
    curve = [
        {
            "minutes": line["seconds"] / 60,
            "epoch": line["epoch"],
            "train": line["loss"] * NATS_PER_BIT * steps_a_note[0],
            "valid": line["valid_loss"] * NATS_PER_BIT * steps_a_note[1],
        }
        for line in run.metrics()
        if line["kind"] == "epoch"
    ]
    return {"run": run.name, "minutes": run.status().seconds / 60, "curve": curve}


def _table(result: dict[str, Any]) -> str:
    lines = []
    for member in result["members"]:
        lines.append(f"{member['run']}: {member['minutes']:.1f} minutes of training")
        lines.append(
            f"{'minutes':>8}{'epoch':>7}{'train':>8}{'valid':>8}   nats per note, in windows"
        )
        stride = max(1, len(member["curve"]) // 10)
        lines += [
            f"{row['minutes']:8.1f}{row['epoch']:7}{row['train']:8.3f}{row['valid']:8.3f}"
            for row in member["curve"][::-1][::stride][::-1]
        ]
    for side in ("valid", "test"):
        if evaluation := result.get(side):
            lines += ["", f"{side}, evaluated in {evaluation['seconds']:.0f} s"]
            lines.append(f"{'':10}{'nats per note':>14}{'mean of pieces':>16}{'own melodies':>14}")
            lines += [_row(name, metrics) for name, metrics in evaluation["models"].items()]
    return "\n".join(lines)


def _row(name: str, metrics: dict[str, Any]) -> str:
    own = metrics["own_melodies"]
    means = f"{metrics['nats_a_note']:14.4f}{metrics['mean_over_pieces']:16.4f}"
    return f"{name:10}{means}" + (f"{own:14.4f}" if own is not None else f"{'-':>14}")


if __name__ == "__main__":
    main()
