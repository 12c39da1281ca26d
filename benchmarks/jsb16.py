"""Bach's chorales on a grid of 16ths: nats a note on the split that papers use.

    python -m benchmarks.jsb16 [--minutes 115] [--data FILE.npz] [--test FILE.npz]
                               [--run NAME] [--model lstm|transformer] [--keys N] [--json]

Trains this repo's own model with its own training loop on the encoding `frames` (a frame is a
step of four voices, soprano first, each given those drawn before it) and judges it through the
step graphs of its best checkpoint, over whole pieces. Every pitch of every voice in every frame
is a note. Rests cost nats and are no notes; a piece's end is not predicted, as in the papers.
With --keys 12 each prediction is the mean of the model's in as many keys.

Takes the minutes it is given, and one more to judge. The run stays in the runs folder: the same
command goes on with it after a stop, with more minutes trains it longer, and otherwise judges it.
Papers, on validation: Transformer 0.417, Coconet in order 0.436, Music Transformer 0.335.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from musicgen.composing.engine import Engine
from musicgen.encoding.frames import LOWEST, PITCHES, REST, FramesEncoding
from musicgen.encoding.steps import Steps
from musicgen.evaluation.likelihood import predict
from musicgen.models.checkpoint import open_checkpoint
from musicgen.models.settings import settings_from_json
from musicgen.training.data import SIDES, TrainingData
from musicgen.training.launch import extend
from musicgen.training.process import train_run
from musicgen.training.run import Run, UnknownRun, create_run, find_run
from musicgen.training.settings import RunSettings, TrainSettings

DATA = Path(__file__).parents[2] / "shared/corpora/jsb16/jsb16.npz"
ENDLESS = 100_000  # epochs: the time ends the training
NATS = math.log(2)  # of a bit
RECIPE = TrainSettings(
    epochs=ENDLESS,
    batch_size=16,
    length=128,
    learning_rate=2e-3,
    average=0.998,
    transpose_down=5,
    transpose_up=6,
    patience=0,
)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    pieces = {side: read_pieces(options.data, side) for side in ("train", "valid")}
    run = _run(options)
    if _is_to_be_trained(run):
        _train(run, pieces)
    result: dict[str, Any] = {"run": run.name, "seconds": run.status().seconds}
    result |= {"epochs": run.status().epoch, "curve": _curve(run, pieces["valid"])}
    result["valid"] = judged(run, pieces["valid"], options.keys)
    if options.test:
        result["test"] = judged(run, read_pieces(options.test, "test"), options.keys)
    print(json.dumps(result) if options.json else _table(result))


def read_pieces(file: Path, side: str) -> list[Steps]:
    """The pieces of `SIDE_pitches` (frames, 4) and `SIDE_ends`; ValueError on another form."""
    with np.load(file, allow_pickle=False) as arrays:
        pitches, ends = arrays[f"{side}_pitches"].astype(np.int32), arrays[f"{side}_ends"]
    sounding = pitches[pitches > 0]
    if pitches.ndim != 2 or pitches.shape[1] != 4 or ends[-1] != len(pitches):
        raise ValueError(f"{file}: {side} is not a list of frames of four voices and their ends")
    if sounding.min() < LOWEST or sounding.max() >= LOWEST + PITCHES:
        raise ValueError(f"{file}: pitches of {side} reach beyond {LOWEST} or {LOWEST + PITCHES}")
    frames = np.where(pitches > 0, pitches - LOWEST + 1, REST)
    rows = np.split(frames, ends[:-1])
    return [Steps(row, name=f"{side} {number}") for number, row in enumerate(rows, start=1)]


def judged(run: Run, pieces: list[Steps], keys: int) -> dict[str, Any]:
    """Nats a note of the run's best checkpoint, over all notes and as the mean over pieces.

    In more than one key each chance is the mean of what the model gives in each of them: a
    mixture, whose chances sum to one as each model's do.
    """
    began = time.perf_counter()
    engine, encoding = Engine(open_checkpoint(run.checkpoint())), FramesEncoding()
    chances = [np.zeros(steps.fields.shape) for steps in pieces]
    for semitones in range(-(keys // 2), keys - keys // 2):
        moved = [encoding.transposed(steps, semitones) for steps in pieces]
        for total, found in zip(chances, predict(engine, moved), strict=True):
            total += 2.0**-found.bits / keys
    costs = [-np.log(chance) for chance in chances]  # (N, 4) each
    notes = np.array([(steps.fields != REST).sum() for steps in pieces])
    by_voice = np.concatenate(costs).sum(axis=0) / notes.sum() * len(encoding.fields)
    return {
        "nats_a_note": float(sum(cost.sum() for cost in costs) / notes.sum()),
        "mean_over_pieces": float(
            np.mean([c.sum() / n for c, n in zip(costs, notes, strict=True)])
        ),
        "by_voice": {f.name: float(v) for f, v in zip(encoding.fields, by_voice, strict=True)},
        "keys": keys,
        "notes": int(notes.sum()),
        "pieces": len(pieces),
        "seconds": time.perf_counter() - began,
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="where train and valid are")
    parser.add_argument("--test", type=Path, help="judge test_pitches, test_ends of this file too")
    parser.add_argument("--run", default="jsb16", help="the run's name")
    parser.add_argument("--minutes", type=float, default=115.0, help="of training, in all")
    parser.add_argument("--model", choices=("lstm", "transformer"), default="lstm")
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keys", type=int, default=1, help="judge as a mixture of so many keys")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> Run:
    """The run of that name with so many minutes, or a new one."""
    try:
        run = find_run(options.run)
    except UnknownRun:
        return create_run(_settings(options))
    if options.minutes > run.settings.train.minutes:
        extend(run, None, options.minutes)
    return run


def _settings(options: argparse.Namespace) -> RunSettings:
    model = {"kind": options.model, "width": options.width, "layers": options.layers}
    model |= {"context": RECIPE.length} if options.model == "transformer" else {}
    return RunSettings(
        options.run,
        str(options.data.resolve()),
        FramesEncoding.name,
        settings_from_json(model | {"dropout": options.dropout}),
        replace(RECIPE, minutes=options.minutes, seed=options.seed),
    )


def _is_to_be_trained(run: Run) -> bool:
    return run.status().seconds < 60 * run.settings.train.minutes


def _train(run: Run, pieces: dict[str, list[Steps]]) -> None:
    """Train it to its end; Ctrl-C stops it so that it can be gone on with."""
    from musicgen.training.fit import train_on  # TensorFlow: seconds that judging does without

    # No scores: what a run tells of its collection beside the losses is not asked here.
    sides = {side: tuple(pieces.get(side, ())) for side in SIDES}
    data = TrainingData(FramesEncoding(), dict.fromkeys(SIDES, ()), sides, run.settings)
    print(f"training '{run.name}' for {run.settings.train.minutes:g} minutes ...", file=sys.stderr)
    usual = signal.signal(signal.SIGINT, lambda *_: (run.folder / "stop").touch())
    state = train_run(run, lambda run: train_on(run, data))
    signal.signal(signal.SIGINT, usual)
    if state == "failed":
        raise SystemExit(f"the training failed: {run.written_status().message}")


def _curve(run: Run, valid: list[Steps]) -> list[dict[str, float]]:
    """What the training saw of validation: in windows, which forget what was before them."""
    frames = sum(map(len, valid))
    notes = sum(int((steps.fields != REST).sum()) for steps in valid)
    return [
        {
            "minutes": line["seconds"] / 60,
            "epoch": line["epoch"],
            "train": line["loss"] * NATS / 4,
            "valid": line["valid_loss"] * NATS * frames / notes,
        }
        for line in run.metrics()
        if line["kind"] == "epoch"
    ]


def _table(result: dict[str, Any]) -> str:
    minutes = result["seconds"] / 60
    lines = [f"{result['run']}: {minutes:.1f} minutes of training, {result['epochs']} epochs", ""]
    lines.append(f"{'minutes':>8}{'epoch':>7}{'train':>8}{'valid':>8}   nats a note, in windows")
    every = max(1, len(result["curve"]) // 15)
    rows = result["curve"][::-1][::every][::-1]
    lines += [
        f"{row['minutes']:8.1f}{row['epoch']:7}{row['train']:8.3f}{row['valid']:8.3f}"
        for row in rows
    ]
    lines += ["", f"{'':8}{'nats a note':>13}{'mean of pieces':>16}   whole pieces; by voice"]
    for side in ("valid", "test"):
        if found := result.get(side):
            voices = ", ".join(f"{name} {nats:.3f}" for name, nats in found["by_voice"].items())
            means = f"{found['nats_a_note']:13.4f}{found['mean_over_pieces']:16.4f}"
            lines.append(f"{side:8}{means}   {voices}; judged in {found['seconds']:.0f} s")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
