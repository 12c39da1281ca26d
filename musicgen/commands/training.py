"""`train` and `evaluate`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from musicgen.commands.answer import BAD_INPUT, FAILURE, Answer
from musicgen.commands.progress import ProgressLine
from musicgen.corpus.collection import Collection
from musicgen.corpus.load import absolute_source, load_collection
from musicgen.corpus.split import Shares, split_pieces
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.models.settings import ClassicSettings, settings_from_json
from musicgen.score import Score
from musicgen.training.failures import INVALID_INPUT
from musicgen.training.run_folder.registry import (
    create_run,
    find_checkpoint,
    find_run,
    run_of_checkpoint,
)
from musicgen.training.run_folder.relocate import relocate_collection
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FAILED
from musicgen.training.settings import RunSettings, default_training
from musicgen.training.worker.launch import change_settings, check_resumable, fine_tuning_settings
from musicgen.training.worker.log import stderr_to_log
from musicgen.training.worker.process import train_run

SHAPE = ("width", "layers", "heads", "context", "dropout")
TRAINING = (
    "epochs",
    "minutes",
    "batch_size",
    "length",
    "learning_rate",
    "weight_decay",
    "average",
    "label_smoothing",
    "valid_share",
    "test_share",
    "patience",
    "seed",
    "devices",
)
TUNING_MINUTES = 10.0  # where neither minutes nor epochs are given


def train(options: argparse.Namespace) -> Answer:
    """Train in this process until the end, or until Ctrl-C, which saves first."""
    run = _resumed(options) if options.resume else create_run(_asked_for(options))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: (run.folder / "stop").touch())
    with stderr_to_log(run.folder / "log.txt") as terminal:
        state = train_run(run, terminal=terminal)
    status = run.stored_status()
    data = {
        "run": run.name,
        "status": state,
        "epoch": status.epoch,
        "loss": status.loss,
        "valid_loss": status.valid_loss,
        "message": status.message,
        "seconds": status.seconds,
    }
    text = f"{run.name}: {state} {status.message}".rstrip()
    if state == FAILED:
        print(f"musicgen train: {status.message}", file=sys.stderr)
        return Answer(data, status=BAD_INPUT if status.failure == INVALID_INPUT else FAILURE)
    return Answer(data, text)


def evaluate(options: argparse.Namespace) -> Answer:
    """Bits a note on one side of a collection's split."""
    from musicgen.composing.decoding.onnx_model import OnnxModel
    from musicgen.evaluation.likelihood import evaluate as judge

    checkpoint = open_checkpoint(find_checkpoint(options.checkpoint))
    source = options.source or _source_of(checkpoint)
    scores = pieces_of(load_collection(source, ProgressLine()), options.split, _shares(checkpoint))
    if not scores:
        raise ValueError(f"'{source}' has no piece on the side {options.split}")
    primer = checkpoint.primers[0] if checkpoint.primers else None
    found = judge(OnnxModel(checkpoint), scores, primer, ProgressLine())
    data = {"source": source, "split": options.split, **found.to_json()}
    fields = ", ".join(f"{name} {bits:.2f}" for name, bits in found.by_field.items())
    return Answer(data, f"{found.bits_per_note:.3f} bits a note ({fields}) on {found.coverage}")


def pieces_of(collection: Collection, side: str, shares: Shares) -> list[Score]:
    """The pieces of one side of the collection's split."""
    sides = split_pieces(collection.scores, shares=shares)
    return [score for score, at in zip(collection.scores, sides, strict=True) if at == side]


def _shares(checkpoint: Checkpoint) -> Shares:
    """As it was trained; the usual ones for a checkpoint by itself."""
    run = run_of_checkpoint(checkpoint.folder)
    return run.settings.train.shares if run else Shares()


def _source_of(checkpoint: Checkpoint) -> str:
    run = run_of_checkpoint(checkpoint.folder)
    if run is not None:
        return run.settings.source
    source = checkpoint.facts.get("source")
    if not isinstance(source, str):
        raise ValueError("this checkpoint does not say what it learned from: name a --source")
    return source


def _asked_for(options: argparse.Namespace) -> RunSettings:
    """A new run's settings."""
    if options.source is None:
        raise ValueError("say what to train on: a collection's name, a file, a folder or a zip")
    source = absolute_source(options.source)
    return _tuned(options, source) if options.fine_tune else _fresh(options, source)


def _fresh(options: argparse.Namespace, source: str) -> RunSettings:
    model = settings_from_json({"kind": options.model or "lstm", **_given(options, SHAPE)})
    default = "notes" if isinstance(model, ClassicSettings) else "events"
    return RunSettings(
        options.run,
        source,
        options.encoding or default,
        model,
        replace(default_training(model), **_given(options, TRAINING)),
        options.start_from or "",
    )


def _tuned(options: argparse.Namespace, source: str) -> RunSettings:
    """A copy of a run, trained on by its own settings but for those that are given."""
    fixed = _given(options, ("model", "encoding", "start_from", *SHAPE))
    if fixed:
        raise ValueError(
            f"a fine-tuned run keeps the other's network: leave out {', '.join(fixed)}"
        )
    minutes = options.minutes or (0.0 if options.epochs else TUNING_MINUTES)
    wanted = fine_tuning_settings(find_run(options.fine_tune), source, options.run, minutes)
    return replace(wanted, train=replace(wanted.train, **_given(options, TRAINING)))


def _given(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Those of the options that were given."""
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _resumed(options: argparse.Namespace) -> Run:
    run = find_run(options.run)
    check_resumable(run)
    if options.source is not None and options.source != run.settings.source:
        relocate_collection(run, options.source, ProgressLine())
    (run.folder / "stop").unlink(missing_ok=True)
    change_settings(run, options.epochs, options.minutes, options.batch_size, options.learning_rate)
    return run
