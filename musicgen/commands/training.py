"""Commands `train` and `evaluate`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import compress
from typing import Any

from musicgen.commands.answer import BAD_INPUT, FAILURE, Answer
from musicgen.commands.joining import (
    chosen_workers,
    join_training,
    leave_workers,
    work_of_chief,
)
from musicgen.commands.progress import EXPORTING, ProgressLine, WaitingLine
from musicgen.corpus.load import absolute_source, load_collection
from musicgen.corpus.prepared_folders import add_prepared_folder
from musicgen.corpus.recorded_split import count_related, split_as_recorded
from musicgen.corpus.split import TRAIN, Shares
from musicgen.errors import InvalidSetting
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.models.settings import ModelSettings, settings_from_json
from musicgen.score import Score
from musicgen.training.data.run_split import SPLIT, find_split, splits_of_checkpoint
from musicgen.training.data.stored import find_prepared, sample_of_side
from musicgen.training.failures import INVALID_INPUT
from musicgen.training.run_folder.registry import (
    create_run,
    find_checkpoint,
    find_run,
    run_of_checkpoint,
)
from musicgen.training.run_folder.relocate import relocate_collection
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FAILED, queue_in_this_process
from musicgen.training.settings import RunSettings, default_encoding, default_training
from musicgen.training.worker.launch import (
    change_settings,
    check_resumable,
    fine_tuning_settings,
)
from musicgen.training.worker.log import stderr_to_log
from musicgen.training.worker.process import train_run

MODEL_OPTIONS = ("width", "layers", "heads", "context", "dropout")
TRAINING_OPTIONS = (
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
    "number_format",
)
FINE_TUNING_MINUTES = 10.0  # where neither --minutes nor --epochs is given


def train(options: argparse.Namespace) -> Answer:
    """Train in this process until the end, or until Ctrl-C, which saves first."""
    workers = chosen_workers(options)
    if workers is not None and not workers.is_chief:
        return join_training(options.run, workers)
    run = _resumed_run(options) if options.resume else _new_run(options)
    if not run.alive():
        queue_in_this_process(run.folder)
    with _stop_on_signals(run), stderr_to_log(run.folder / "log.txt") as terminal:
        state = train_run(run, work_of_chief(workers), terminal)
    if workers is not None and state == FAILED:
        leave_workers(run.stored_status().message)
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
    if state == FAILED:
        print(f"musicgen train: {status.message}", file=sys.stderr)
        return Answer(data, status=BAD_INPUT if status.failure == INVALID_INPUT else FAILURE)
    return Answer(data, f"{run.name}: {state} {status.message}".rstrip())


def evaluate(options: argparse.Namespace) -> Answer:
    """Bits a note of a checkpoint on one side of a collection's split."""
    from musicgen.composing.decoding.onnx_model import OnnxModel
    from musicgen.evaluation.likelihood import evaluate as evaluate_model

    checkpoint = open_checkpoint(find_checkpoint(options.checkpoint))
    source = options.source or _source_of(checkpoint)
    scores, related = _evaluated_scores(options, checkpoint, source)
    if not scores:
        raise InvalidSetting(f"'{source}' has no piece on the side {options.split}")
    model = OnnxModel(checkpoint, WaitingLine(EXPORTING))
    primer = checkpoint.primers[0] if checkpoint.primers else None
    result = evaluate_model(model, scores, primer, ProgressLine())
    data = {
        "source": source,
        "split": options.split,
        "related_to_training": related,
        **result.to_json(),
    }
    fields = ", ".join(f"{name} {bits:.2f}" for name, bits in result.by_field.items())
    bits_per_note = f"{result.bits_per_note:.3f} bits a note ({fields})"
    if result.bits_per_quarter is not None:
        bits_per_note += f", {result.bits_per_quarter:.2f} a quarter note"
    note = f"; related to training pieces by music or melody: {related}"
    return Answer(data, f"{bits_per_note} on {result.coverage}{note if related else ''}")


def _evaluated_scores(
    options: argparse.Namespace, checkpoint: Checkpoint, source: str
) -> tuple[Sequence[Score], int]:
    """The scores of a side, and how many of them are related to training pieces.

    Of a prepared data set a sample of the side, as its shares at the training divide it.
    """
    data_set = find_prepared(source)
    if data_set is not None:
        run = run_of_checkpoint(checkpoint.folder)
        shares = run.settings.train.shares if run else Shares()
        return sample_of_side(data_set, options.split, shares), 0
    pieces = load_collection(source, ProgressLine()).scores
    own_sides = splits_of_checkpoint(checkpoint.folder, source, pieces)
    split_from = options.split_from
    sides = split_as_recorded(pieces, find_split(split_from)) if split_from else own_sides
    evaluated = [side == options.split for side in sides]
    related = count_related(pieces, [side == TRAIN for side in own_sides], evaluated)
    return list(compress(pieces, evaluated)), related


@contextmanager
def _stop_on_signals(run: Run) -> Iterator[None]:
    """Within the block Ctrl-C and SIGTERM request a stop of the run, which saves first."""
    handled = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.getsignal(number) for number in handled]
    for number in handled:
        signal.signal(number, lambda *_: (run.folder / "stop").touch())
    try:
        yield
    finally:
        for number, handler in zip(handled, previous, strict=True):
            signal.signal(number, handler)


def _source_of(checkpoint: Checkpoint) -> str:
    """Collection that a checkpoint was trained on."""
    run = run_of_checkpoint(checkpoint.folder)
    if run is not None:
        return run.settings.source
    source = checkpoint.facts.get("source")
    if not isinstance(source, str):
        raise InvalidSetting(
            "this checkpoint does not say which collection it was trained on: name a --source"
        )
    return source


def _new_run(options: argparse.Namespace) -> Run:
    """A new run, with the split that was asked for."""
    settings = _new_settings(options)
    recorded = find_split(options.split_from) if options.split_from else {}
    run = create_run(settings)
    if recorded:
        write_json(run.folder / SPLIT, recorded)
    return run


def _new_settings(options: argparse.Namespace) -> RunSettings:
    """Settings of a new run."""
    if options.source is None:
        raise InvalidSetting("say what to train on: a collection's name, a file, a folder or a zip")
    source = absolute_source(options.source)
    if options.fine_tune:
        return _fine_tuned_settings(options, source)
    model = settings_from_json(
        {"kind": options.model or "lstm", **_given_options(options, MODEL_OPTIONS)}
    )
    data_set = find_prepared(source)
    if data_set is not None:
        add_prepared_folder(data_set.folder)
    return RunSettings(
        options.run,
        source,
        options.encoding or _default_encoding(options, source, model),
        model,
        replace(default_training(model), **_given_options(options, TRAINING_OPTIONS)),
        options.start_from or "",
        time=options.time,
        left_out=tuple(options.leave_out),
    )


def _default_encoding(options: argparse.Namespace, source: str, model: ModelSettings) -> str:
    """The encoding of the data set or of the weights to start from, else one that suits both."""
    if data_set := find_prepared(source):
        return data_set.encoding.name
    if options.start_from:
        return open_checkpoint(find_checkpoint(options.start_from)).encoding.name
    scores = load_collection(source, ProgressLine(), options.time).scores
    return default_encoding(model, scores)


def _fine_tuned_settings(options: argparse.Namespace, source: str) -> RunSettings:
    """Settings of the run to fine-tune, changed by the training options given."""
    fixed = _given_options(options, ("model", "encoding", "start_from", *MODEL_OPTIONS))
    if fixed:
        raise InvalidSetting(
            f"a fine-tuned run keeps the other's network: leave out {', '.join(fixed)}"
        )
    minutes = options.minutes or (0.0 if options.epochs else FINE_TUNING_MINUTES)
    settings = fine_tuning_settings(find_run(options.fine_tune), source, options.run, minutes)
    changes = _given_options(options, TRAINING_OPTIONS)
    train = replace(settings.train, **changes)
    return replace(settings, train=train, time=options.time)


def _given_options(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Values of the options that were given on the command line."""
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _resumed_run(options: argparse.Namespace) -> Run:
    """The run to resume, with the collection and settings given."""
    if options.split_from:
        raise InvalidSetting("a run that is resumed keeps its split: leave out --split-from")
    run = find_run(options.run)
    check_resumable(run)
    if options.source is not None and options.source != run.settings.source:
        relocate_collection(run, options.source, ProgressLine())
    (run.folder / "stop").unlink(missing_ok=True)
    change_settings(run, options.epochs, options.minutes, options.batch_size, options.learning_rate)
    return run
