"""One member of `benchmarks.jsb16`: a model trained on the benchmark's pieces, as a run.

    python -m benchmarks.jsb16.member DATA.npz --run NAME --minutes N [--seed N] [--cores 0,1]
                                      [--model lstm|transformer] [--width N] [--layers N]
                                      [--dropout X] [--label-smoothing X]

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

import numpy as np

from musicgen.encoding.frames import LOWEST, PITCHES, REST, FramesEncoding
from musicgen.encoding.steps import Steps
from musicgen.errors import InvalidSetting
from musicgen.models.settings import settings_from_json
from musicgen.training.data.prepare import SIDES, TrainingData
from musicgen.training.run_folder.registry import create_run, find_run
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import FINISHED
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker.launch import change_settings
from musicgen.training.worker.process import train_run

HIGHEST = LOWEST + PITCHES - 1
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
        _train(run, {side: read_pieces(options.data, side) for side in ("train", "valid")})


def read_pieces(file: Path, side: str) -> list[Steps]:
    """Pieces of one side of a file: arrays `SIDE_pitches` (frames, 4) and `SIDE_ends` (pieces,).

    Pitches are MIDI numbers, 0 is a rest. Raises InvalidSetting where the arrays do not fit.
    """
    with np.load(file, allow_pickle=False) as arrays:
        pitches, ends = arrays[f"{side}_pitches"].astype(np.int32), arrays[f"{side}_ends"]
    notes = pitches[pitches > 0]
    if pitches.ndim != 2 or pitches.shape[1] != 4 or ends[-1] != len(pitches):
        raise InvalidSetting(
            f"{file}: {side} is not a list of frames of four voices and their ends"
        )
    if notes.min() < LOWEST or notes.max() > HIGHEST:
        raise InvalidSetting(f"{file}: pitches of {side} reach beyond {LOWEST} or {HIGHEST}")
    frames = np.where(pitches > 0, pitches - LOWEST + 1, REST)
    rows = np.split(frames, ends[:-1])
    return [Steps(row, name=f"{side} {number}") for number, row in enumerate(rows, start=1)]


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of the model, for the command lines of a member and of the whole benchmark."""
    parser.add_argument("--model", choices=("lstm", "transformer"), default="lstm")
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.35)
    parser.add_argument("--label-smoothing", type=float, default=TRAINING.label_smoothing)


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
    )
    return RunSettings(
        options.run,
        str(options.data.resolve()),
        FramesEncoding.name,
        settings_from_json(model | {"dropout": options.dropout}),
        train,
    )


def _train(run: Run, pieces: dict[str, list[Steps]]) -> None:
    """Train a run until its time limit; Ctrl-C stops it so that it can be resumed."""
    from musicgen.training.worker.fit import train_on  # imports TensorFlow, which takes seconds

    # Without scores the session writes no samples, baselines or evaluation.
    sides = {side: tuple(pieces.get(side, ())) for side in SIDES}
    data = TrainingData(FramesEncoding(), dict.fromkeys(SIDES, ()), sides, run.settings)
    print(f"training '{run.name}' for {run.settings.train.minutes:g} minutes ...", file=sys.stderr)
    stop = run.folder / "stop"
    stop.unlink(missing_ok=True)
    signal.signal(signal.SIGINT, lambda *_: stop.touch())
    state = train_run(run, lambda run, reporter: train_on(run, reporter, data))
    if state != FINISHED:
        raise SystemExit(f"'{run.name}' {state}: {run.stored_status().message}")


if __name__ == "__main__":
    main()
