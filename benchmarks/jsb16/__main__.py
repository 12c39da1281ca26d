"""Bach's chorales on a grid of 16ths: nats a note on the split that papers use.

    python -m benchmarks.jsb16 [--minutes 55] [--data FILE.npz] [--test FILE.npz] [--members 2]
                               [--run NAME] [--model lstm|transformer] [--keys 12] [--json]

Trains this repo's own model with its own training loop on the encoding `frames` (a frame is a
step of four voices, soprano first, each given those drawn before it) and judges it through the
step graphs of its best checkpoint, over whole pieces. Every pitch of every voice in every frame
is a note. Rests cost nats and are no notes; a piece's end is not predicted, as in the papers.

Several members, alike but for the seed, are trained side by side, each on cores of its own, and
judged as one model that is asked in twelve keys, alone and mixed with an n-gram: see
`benchmarks/jsb16/judging.py`. The table's `one model` is a single member in one key, as it is.

Takes the minutes it is given, for all members together, and some more to judge. Ctrl-C stops;
the same command goes on, with more minutes trains longer, and otherwise judges what is there.
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

from benchmarks.jsb16.judging import judge
from benchmarks.jsb16.member import add_model_options, read_pieces
from musicgen.encoding.frames import REST
from musicgen.encoding.steps import Steps
from musicgen.paths import home
from musicgen.training.run_folder.run import Run

DATA = Path(__file__).parents[3] / "shared/corpora/jsb16/jsb16.npz"
NATS = math.log(2)  # of a bit


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    names = [f"{options.run}-{number}" for number in range(1, options.members + 1)]
    _train_all(options, names)
    runs = [Run(_home_of(name) / "runs" / name) for name in names]
    sides = {"valid": options.data} | ({"test": options.test} if options.test else {})
    pieces = {side: read_pieces(file, side) for side, file in sides.items()}
    print(f"judging {' and '.join(sides)} in {options.keys} keys ...", file=sys.stderr)
    train = read_pieces(options.data, "train")
    result: dict[str, Any] = {"members": [_member(run, pieces["valid"]) for run in runs]}
    result |= judge(runs, train, pieces, options.keys)
    print(json.dumps(result) if options.json else _table(result))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="where train and valid are")
    parser.add_argument("--test", type=Path, help="judge test_pitches, test_ends of this file too")
    parser.add_argument("--run", default="jsb16", help="what the runs are called")
    parser.add_argument("--minutes", type=float, default=55.0, help="of training, all together")
    parser.add_argument("--members", type=int, default=2, help="models that are judged as one")
    parser.add_argument("--keys", type=int, default=12, help="in which each of them is asked")
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    options = parser.parse_args(arguments)
    if options.members < 1 or options.keys < 1:
        parser.error("there is nothing to judge without a member and a key")
    return options


def _train_all(options: argparse.Namespace, names: Sequence[str]) -> None:
    """Train what is not trained yet, as many members at a time as there are cores."""
    allowed = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    together = min(len(names), len(allowed))
    places: SimpleQueue[list[int]] = SimpleQueue()
    for first in range(together):
        places.put(sorted(allowed)[first::together])
    minutes = options.minutes * together / len(names)

    def train(seed: int) -> int:
        cores = places.get()
        try:
            return _train_one(options, names[seed], seed, minutes, cores)
        finally:
            places.put(cores)

    try:
        with ThreadPoolExecutor(together) as pool:
            statuses = list(pool.map(train, range(len(names))))
    except KeyboardInterrupt:  # which the members heard, too
        statuses = [1]
    if any(statuses):
        raise SystemExit("a training did not come to its end: the same command goes on with it")


def _train_one(
    options: argparse.Namespace, name: str, seed: int, minutes: float, cores: Sequence[int]
) -> int:
    """In a process of its own; its exit status."""
    model = [
        f"--{option.replace('_', '-')}={getattr(options, option)}"
        for option in ("model", "width", "layers", "dropout", "label_smoothing")
    ]
    command = [sys.executable, "-m", "benchmarks.jsb16.member", str(options.data), *model]
    command += ["--run", name, "--seed", str(seed), "--minutes", str(minutes)]
    command += ["--cores", ",".join(map(str, cores))]
    # Runs of one home wait for each other.
    environment = os.environ | {"MUSICGEN_HOME": str(_home_of(name))}
    return subprocess.run(command, env=environment, check=False).returncode


def _home_of(name: str) -> Path:
    return home() / "benchmarks" / name


def _member(run: Run, valid: list[Steps]) -> dict[str, Any]:
    """How long it was trained, and what the training saw: in windows, which forget the rest."""
    frames = sum(map(len, valid))
    notes = sum(int((steps.fields != REST).sum()) for steps in valid)
    curve = [
        {
            "minutes": line["seconds"] / 60,
            "epoch": line["epoch"],
            "train": line["loss"] * NATS / 4,
            "valid": line["valid_loss"] * NATS * frames / notes,
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
            f"{'minutes':>8}{'epoch':>7}{'train':>8}{'valid':>8}   nats a note, in windows"
        )
        every = max(1, len(member["curve"]) // 10)
        lines += [
            f"{row['minutes']:8.1f}{row['epoch']:7}{row['train']:8.3f}{row['valid']:8.3f}"
            for row in member["curve"][::-1][::every][::-1]
        ]
    for side in ("valid", "test"):
        if found := result.get(side):
            lines += ["", f"{side}, judged in {found['seconds']:.0f} s"]
            lines.append(f"{'':10}{'nats a note':>13}{'mean of pieces':>16}   by voice")
            lines += [_row(name, figures) for name, figures in found["models"].items()]
    return "\n".join(lines)


def _row(name: str, figures: dict[str, Any]) -> str:
    voices = ", ".join(f"{voice} {nats:.3f}" for voice, nats in figures["by_voice"].items())
    means = f"{figures['nats_a_note']:13.4f}{figures['mean_over_pieces']:16.4f}"
    return f"{name:10}{means}   {voices}"


if __name__ == "__main__":
    main()
