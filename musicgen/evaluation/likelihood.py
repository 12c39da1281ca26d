"""How well a model expects music that it is shown: held-out likelihood, accuracy, calibration.

Teacher-forced: each field is predicted given all that truly came before it, through the same
step graphs and carried state that pieces are composed with, over whole pieces. Many pieces step
together, and none tells how many bars are left.

The unit that all encodings share is bits a note: what a piece costs, divided by its notes as
the grid of `events` counts them (unisons are one note). `notes` tells nothing of time, so what
it pays for a note buys less than what `events` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.model_interface import Model
from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.evaluation.report import Evaluation, Predictions, summary
from musicgen.progress import Progress
from musicgen.score import Score

TOGETHER = 64  # pieces that step in one batch
OFTEN = 32  # steps between two words on how far it is


def evaluate(
    model: Model,
    scores: Sequence[Score],
    primer: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a model on scores in its own encoding; ValueError where no score has a note.

    primer (n, F): steps that each piece is begun with at no cost, for a model that cannot begin
    from nothing. progress(done, total) hears of notes.
    """
    heard = [score for score in scores if len(score)]
    pieces = [model.encoding.encode(score) for score in heard]
    notes = [len(EventsEncoding().encode(score)) for score in heard]
    return evaluate_steps(model, pieces, notes, primer, progress)


def evaluate_steps(
    model: Model,
    pieces: Sequence[Steps],
    notes: Sequence[int],
    primer: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a model on encoded pieces, of which each counts for so many notes."""
    done = 0

    def tell(batch: Sequence[int]) -> None:
        nonlocal done
        done += sum(notes[index] for index in batch)
        if progress is not None:
            progress(done, sum(notes))

    predicted = predict(model, pieces, primer, tell)
    fields = [field.name for field in model.encoding.fields]
    return summary(fields, [steps.name for steps in pieces], notes, predicted)


def predict(
    model: Model,
    pieces: Sequence[Steps],
    primer: np.ndarray | None = None,
    after: Callable[[Sequence[int]], None] | None = None,
) -> list[Predictions]:
    """How each step of encoded pieces is predicted; ValueError where there is nothing to predict.

    after(places): what is done after each batch of pieces, and with none now and then in one.
    """
    if not pieces or not all(map(len, pieces)):
        raise ValueError("there is nothing to evaluate: no piece, or one without a note")
    first = np.zeros((0, len(model.encoding.fields)), np.int32) if primer is None else primer
    longest_first = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    found: dict[int, Predictions] = {}
    for at in range(0, len(pieces), TOGETHER):
        batch = longest_first[at : at + TOGETHER]
        begun = [
            replace(pieces[index], fields=np.concatenate([first, pieces[index].fields]))
            for index in batch
        ]
        within = None if after is None else partial(after, ())
        found |= zip(batch, _predictions(model, begun, len(first), within), strict=True)
        if after is not None:
            after(batch)
    return [found[index] for index in range(len(pieces))]


def _predictions(
    model: Model, pieces: Sequence[Steps], skipped: int, within: Callable[[], None] | None
) -> list[Predictions]:
    """Of pieces in one batch, the longest first; without the first `skipped` steps of each.

    within: what is done every few steps.
    """
    lengths = np.array([len(steps) for steps in pieces])
    count = len(model.encoding.fields)
    found = np.zeros((3, len(pieces), lengths[0], count))  # bits, confidence, right
    features = [_features(model.encoding, steps) for steps in pieces]
    stepper = model.start(len(pieces))
    live = len(pieces)
    for step in range(lengths[0]):
        if within is not None and step % OFTEN == OFTEN - 1:
            within()
        if step >= lengths[live - 1]:
            live = int((lengths > step).sum())
            stepper.select(np.arange(live))
        heard = {name: np.stack([d[name][step] for d in features[:live]]) for name in features[0]}
        truth = np.stack([steps.fields[step] for steps in pieces[:live]])  # (K, F)
        for index in range(count):
            logits = stepper.logits(heard, truth[:, :index])  # (K, V)
            found[:, :live, step, index] = _judged(logits, truth[:, index])
        stepper.push(truth)
    bits, confidence, right = found
    spans = [(row, slice(skipped, length)) for row, length in enumerate(lengths)]
    return [Predictions(bits[span], confidence[span], right[span] > 0) for span in spans]


def _features(encoding: Encoding, steps: Steps) -> Features:
    """What is heard before each step; how many bars are left is not told."""
    features = encoding.features(steps)
    if "clock" in features:
        features["clock"][:, -1] = 0
    return features


def _judged(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Bits of the true value, chance of the likeliest, 1 where they are one: -> (3, K)."""
    top = logits.argmax(axis=1)
    scaled = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    mass = np.exp(scaled).sum(axis=1)
    of_truth = scaled[np.arange(len(truth)), truth]
    return np.stack([(np.log(mass) - of_truth) / np.log(2), 1 / mass, top == truth])
