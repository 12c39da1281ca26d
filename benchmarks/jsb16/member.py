"""One member of `benchmarks.jsb16`: a model trained on the benchmark's pieces, as a run.

    python -m benchmarks.jsb16.member DATA.npz --run NAME --minutes N [--seed N] [--cores 0,1]
                                      [--encoding frames|parts]
                                      [--model lstm|transformer] [--width N] [--layers N]
                                      [--dropout X] [--label-smoothing X] [--weight-decay X]

The run stays in the runs folder: the same command resumes it after a stop, and trains it longer
with more minutes.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.jsb16.pieces import ENCODINGS, Pieces, read_pieces
from musicgen.encoding.frames import FramesEncoding
from musicgen.models.settings import settings_from_json
from musicgen.training.data.prepare import SIDES, TrainingData
from musicgen.training.run_folder.registry import create_run, find_run
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import FINISHED
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker.launch import change_settings
from musicgen.training.worker.process import train_run

MODEL_OPTIONS = (
    "encoding",
    "model",
    "width",
    "layers",
    "dropout",
    "label_smoothing",
    "weight_decay",
)
MAX_EPOCHS = 100_000  # the time limit ends the training
TRAINING = TrainSettings(
    epochs=MAX_EPOCHS,
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
    if options.cores and hasattr(
        os, "sched_setaffinity"
    ):  # on Linux only; elsewhere cores are shared
        os.sched_setaffinity(0, map(int, options.cores.split(",")))
    run = _run(options)
    if run.status().seconds < 60 * run.settings.train.minutes:
        name = run.settings.encoding
        _train(run, {side: read_pieces(options.data, side, name) for side in ("train", "valid")})


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of the model, for the command lines of a member and of the whole benchmark."""
    parser.add_argument("--encoding", choices=tuple(ENCODINGS), default=FramesEncoding.name)
    parser.add_argument("--model", choices=("lstm", "transformer"), default="lstm")
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.35)
    parser.add_argument("--label-smoothing", type=float, default=TRAINING.label_smoothing)
    parser.add_argument("--weight-decay", type=float, default=TRAINING.weight_decay)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA.npz", help="file with train and valid")
    parser.add_argument("--run", required=True, help="name of the run")
    parser.add_argument("--minutes", type=float, required=True, help="total training time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", default="", help="cores to use, such as 0,1; default all")
    add_model_options(parser)
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> Run:
    """The run of that name, its time limit raised where it is lower, or a new run."""
    try:
        run = find_run(options.run)
    except UnknownRun:
        return create_run(_settings(options))
    if options.minutes > run.settings.train.minutes:
        change_settings(run, None, options.minutes)
    return run


def _settings(options: argparse.Namespace) -> RunSettings:
    model = {"kind": options.model, "width": options.width, "layers": options.layers}
    model |= {"context": TRAINING.length} if options.model == "transformer" else {}
    train = replace(
        TRAINING,
        minutes=options.minutes,
        seed=options.seed,
        label_smoothing=options.label_smoothing,
        weight_decay=options.weight_decay,
    )
    return RunSettings(
        options.run,
        str(options.data.resolve()),
        options.encoding,
        settings_from_json(model | {"dropout": options.dropout}),
        train,
    )


def _train(run: Run, pieces: dict[str, Pieces]) -> None:
    """Train a run until its time limit; Ctrl-C stops it so that it can be resumed."""
    from musicgen.training.worker.fit import train_on  # imports TensorFlow, which takes seconds

    # Without scores the session writes no samples, baselines or evaluation.
    sides = {side: pieces[side].steps if side in pieces else () for side in SIDES}
    encoding = ENCODINGS[run.settings.encoding]
    data = TrainingData(encoding, dict.fromkeys(SIDES, ()), sides, run.settings)
    print(f"training '{run.name}' for {run.settings.train.minutes:g} minutes ...", file=sys.stderr)
    stop = run.folder / "stop"
    stop.unlink(missing_ok=True)
    signal.signal(signal.SIGINT, lambda *_: stop.touch())
    state = train_run(run, lambda run, reporter: train_on(run, reporter, data))
    if state != FINISHED:
        raise SystemExit(f"'{run.name}' {state}: {run.stored_status().message}")


if __name__ == "__main__":
    main()
