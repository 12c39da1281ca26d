"""Held-out likelihood, accuracy and calibration of a model, with teacher forcing.

Each field is predicted from the true values before it, through the step graphs and carried state
that composing uses, over whole pieces. Pieces are stepped in batches, and the input that tells
the bars left is 0.

Bits per note and per quarter are comparable between encodings of music without drums: notes are
those on the grid of `events`, where two voices on one key are one note (`note_counts.py`). The
encoding `notes` does not say when notes sound, so its bits pay for less than those of `events`;
those of `parts` pay for unisons and drums, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from musicgen.encoding.conditions import CONDITIONS
from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.errors import MusicgenError
from musicgen.evaluation.note_counts import count_notes
from musicgen.evaluation.report import Evaluation, Predictions, summarize
from musicgen.progress import Progress
from musicgen.score import Score

BATCH_PIECES = 64
PROGRESS_STEPS = 8  # steps of a batch between two progress reports
SAMPLE_SEED = 0


class NothingToEvaluate(MusicgenError):
    """There is no piece with a note to evaluate on."""


def evaluate(
    model: Model,
    scores: Sequence[Score],
    primer: np.ndarray | None = None,
    progress: Progress | None = None,
    is_time_over: Callable[[], bool] | None = None,
) -> Evaluation:
    """Evaluate a model on scores; raises NothingToEvaluate where no score has a note.

    primer: (N, F) steps in front of each piece that cost nothing, for models that need a window.
    progress: receives the notes that are done and all notes.
    is_time_over: ends the evaluation early; it is then on a random sample of the pieces.
    """
    scores = [score for score in scores if len(score)]
    pieces = [model.encoding.encode(score) for score in scores]
    notes = [count_notes(score, model.encoding) for score in scores]
    evaluation = evaluate_steps(model, pieces, notes, primer, progress, is_time_over)
    if any(score.is_performance for score in scores):
        return evaluation
    quarters = sum(score.end / score.resolution for score in scores)
    bits_per_quarter = evaluation.bits_per_note * evaluation.total_notes / quarters
    return replace(evaluation, bits_per_quarter=bits_per_quarter)


def evaluate_steps(
    model: Model,
    pieces: Sequence[Steps],
    notes: Sequence[int],
    primer: np.ndarray | None = None,
    progress: Progress | None = None,
    is_time_over: Callable[[], bool] | None = None,
) -> Evaluation:
    """Evaluate a model on encoded pieces and their numbers of notes, as `evaluate` does."""
    lengths = [len(steps) for steps in pieces]
    total_steps = sum(lengths)

    def report(steps: int) -> None:
        if progress is not None:
            progress(sum(notes) * steps // total_steps, sum(notes))

    predictions = predict(model, pieces, primer, report, is_time_over)
    fields = [field.name for field in model.encoding.fields]
    return summarize(fields, [steps.name for steps in pieces], lengths, notes, predictions)


def predict(
    model: Model,
    pieces: Sequence[Steps],
    primer: np.ndarray | None = None,
    report: Callable[[int], None] | None = None,
    is_time_over: Callable[[], bool] | None = None,
) -> list[Predictions]:
    """Predictions of the steps of pieces; raises NothingToEvaluate where a piece has none.

    report: receives the number of steps that are done.
    is_time_over: asked after every step of a batch. The pieces of that batch have predictions up
    to that step, and the pieces of later batches have none.
    """
    if not pieces or not all(map(len, pieces)):
        raise NothingToEvaluate("there is nothing to evaluate: no piece, or one without a note")
    report = report or (lambda steps: None)
    nothing = np.zeros((0, len(model.encoding.fields)))
    predictions = [Predictions(nothing, nothing, nothing > 0)] * len(pieces)
    done = 0  # steps
    for batch in _batches(pieces, shuffle=is_time_over is not None):
        rows = _predict_batch(
            model,
            [pieces[index] for index in batch],
            nothing.astype(np.int32) if primer is None else primer,
            partial(_report_after, report, done),
            is_time_over or (lambda: False),
        )
        for index, row in zip(batch, rows, strict=True):
            predictions[index] = row
        done += sum(map(len, rows))
        report(done)
        if is_time_over is not None and is_time_over():
            break
    return predictions


def _report_after(report: Callable[[int], None], before: int, steps: int) -> None:
    report(before + steps)


def _batches(pieces: Sequence[Steps], shuffle: bool) -> Iterator[list[int]]:
    """Numbers of the pieces in batches, each with the longest piece first.

    Pieces of like length share a batch, unless they are shuffled into random samples.
    """
    lengths = np.array([len(steps) for steps in pieces])
    order = np.argsort(-lengths, kind="stable")
    if shuffle:
        order = np.random.default_rng(SAMPLE_SEED).permutation(len(pieces))
    for at in range(0, len(order), BATCH_PIECES):
        batch = order[at : at + BATCH_PIECES]
        yield batch[np.argsort(-lengths[batch], kind="stable")].tolist()


def _predict_batch(
    model: Model,
    pieces: Sequence[Steps],  # the longest first
    primer: np.ndarray,  # (N, F)
    report: Callable[[int], None],
    is_time_over: Callable[[], bool],
) -> list[Predictions]:
    """Predictions of K pieces that are stepped together, up to the step when the time is over."""
    lengths = np.array([len(steps) for steps in pieces])
    count = len(model.encoding.fields)
    values = np.zeros((3, len(pieces), lengths[0], count))  # bits, confidence, correct
    primed = [replace(p, fields=np.concatenate([primer, p.fields])) for p in pieces]
    features = [_features(model.encoding, steps) for steps in primed]
    stepper = _start(model, features, primer)
    live = len(pieces)  # rows of pieces that have not ended
    for step in range(lengths[0]):
        if step and is_time_over():
            lengths = lengths.clip(max=step)
            break
        if step % PROGRESS_STEPS == 0:
            report(int(lengths.clip(max=step).sum()))
        if step >= lengths[live - 1]:
            live = int((lengths > step).sum())
            stepper.select(np.arange(live))
        inputs = _at_step(features[:live], len(primer) + step)
        truth = np.stack([steps.fields[step] for steps in pieces[:live]])  # (live, F)
        for index in range(count):
            logits = stepper.logits(inputs, truth[:, :index])  # (live, V)
            values[:, :live, step, index] = score_logits(logits, truth[:, index])
        stepper.push(truth)
    bits, confidence, correct = values
    rows = enumerate(lengths)
    return [Predictions(bits[r, :n], confidence[r, :n], correct[r, :n] > 0) for r, n in rows]


def _start(model: Model, features: Sequence[Features], primer: np.ndarray) -> Stepper:
    """The state of K pieces after the primer."""
    pieces = len(features)
    # Without features all pieces have the same state after the primer.
    rows = 1 if len(primer) and not model.encoding.feature_widths else pieces
    stepper = model.start(rows)
    for step, fields in enumerate(primer):
        truth = np.tile(fields, (rows, 1))  # (rows, F)
        inputs = _at_step(features[:rows], step)
        for index in range(len(fields)):
            stepper.logits(inputs, truth[:, :index])
        stepper.push(truth)
    if rows < pieces:
        stepper.select(np.zeros(pieces, np.int64))
    return stepper


def _features(encoding: Encoding, steps: Steps) -> Features:
    """Features before the steps, without what a piece would have to be asked for."""
    features = encoding.features(steps)
    for condition in CONDITIONS:
        condition.hide(features)
    return features


def _at_step(features: Sequence[Features], step: int) -> Features:
    """Features of one step: K pieces -> (K, width) by name."""
    return {name: np.stack([of_piece[name][step] for of_piece in features]) for name in features[0]}


def score_logits(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Bits, confidence and correctness of predictions: (K, V), (K,) -> (3, K)."""
    most_likely = logits.argmax(axis=1)  # (K,)
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)  # (K, V)
    total = np.exp(shifted).sum(axis=1)  # (K,)
    bits = (np.log(total) - shifted[np.arange(len(truth)), truth]) / np.log(2)
    return np.stack([bits, 1 / total, most_likely == truth])
