"""Evaluation of the members of `benchmarks.jsb16`: alone, averaged, and mixed with an n-gram.

Nats per note are those of all fields of all steps, whatever the encoding, over the notes of the
papers: each pitch of each voice in each frame. `own melodies` counts only the pieces whose soprano
no training piece has.

`one model` is the first member, in the original key. `members` is the mean of the probabilities
of all members in several keys. `n-gram` is counted in the training pieces (`evaluation/ngram.py`).
`all` mixes members and n-gram with a gate of six coefficients (`evaluation/mixture.py`): on
validation it is cross-fitted over ten folds, so that no piece has a part in its own gate; on test
it is fitted on all validation pieces. The probabilities of each of the four sum to 1.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.jsb16.pieces import Pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.steps import Encoding, Steps
from musicgen.evaluation.likelihood import predict
from musicgen.evaluation.mixture import Probabilities, cross_fit, fit_gate
from musicgen.evaluation.ngram import NGram, fit_best
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.run import Run

ALL = "all"


def evaluate_members(
    runs: Sequence[Run],
    train: Pieces,
    sides: Mapping[str, Pieces],
    keys: int,
) -> dict[str, Any]:
    """Nats per note of the four models on each side; `valid` has to be one of the sides."""
    ngram = fit_best(train.encoding, train.steps, sides["valid"].steps)
    predictions = {side: _Side.of(runs, ngram, pieces, keys) for side, pieces in sides.items()}
    gate = fit_gate(predictions["valid"].members, predictions["valid"].ngram)
    result = {}
    for side, pieces in sides.items():
        of_side = predictions[side]
        if side == "valid":
            mixed = cross_fit(of_side.members, of_side.ngram)
        else:
            pairs = zip(of_side.members, of_side.ngram, strict=True)
            mixed = [gate.mix(members, ngram) for members, ngram in pairs]
        models = {"one model": of_side.one, "members": of_side.members, "n-gram": of_side.ngram}
        true = {name: [piece.true for piece in rows] for name, rows in models.items()} | {
            ALL: mixed
        }
        own = pieces.without_melodies_of(train)
        result[side] = {
            "models": {name: nats_per_note(pieces, rows, own) for name, rows in true.items()},
            **nats_per_note(pieces, mixed, own),
            "notes": int(pieces.notes.sum()),
            "pieces": len(pieces),
            "own_melodies": len(own),
            "seconds": of_side.seconds,
        }
    return result


@dataclass(frozen=True, eq=False)
class _Side:
    """Predictions of the models for the pieces of one side."""

    one: list[Probabilities]
    members: list[Probabilities]
    ngram: list[Probabilities]
    seconds: float

    @classmethod
    def of(cls, runs: Sequence[Run], ngram: NGram, pieces: Pieces, keys: int) -> _Side:
        started = time.perf_counter()
        of_ngram = [Probabilities.of(piece) for piece in predict(ngram, pieces.steps)]
        of_members = list(_predict_in_keys(runs, pieces, keys))
        means = [
            Probabilities(
                np.mean([p.true for p in same_piece], axis=0),
                np.mean([p.most_likely for p in same_piece], axis=0),
            )
            for same_piece in zip(*of_members, strict=True)
        ]
        return cls(of_members[0], means, of_ngram, time.perf_counter() - started)


def _predict_in_keys(
    runs: Sequence[Run], pieces: Pieces, keys: int
) -> Iterator[list[Probabilities]]:
    """Predictions of all pieces, for each member and key; the original key comes first."""
    semitones = sorted(range(-(keys // 2), keys - keys // 2), key=abs)
    for run in runs:
        model = OnnxModel(open_checkpoint(run.checkpoint()))
        for interval in semitones:
            transposed = [_transposed(pieces.encoding, steps, interval) for steps in pieces.steps]
            yield [Probabilities.of(piece) for piece in predict(model, transposed)]


def _transposed(encoding: Encoding, steps: Steps, semitones: int) -> Steps:
    """Steps in another key, as far as the encoding's range lets them move."""
    lowest, highest = encoding.transposition_range(steps)
    return encoding.transposed(steps, min(max(semitones, lowest), highest))


def nats_per_note(
    pieces: Pieces, probabilities: Sequence[np.ndarray], own: np.ndarray
) -> dict[str, Any]:
    """Nats per note over all notes, as mean over pieces, by field, and of some of the pieces.

    probabilities: of the true values, (N, F) a piece. own: numbers of the pieces of own melodies.
    """
    costs = [-np.log(of_piece) for of_piece in probabilities]  # (N, F) a piece
    notes, fields = pieces.notes, pieces.encoding.fields
    totals = np.array([cost.sum() for cost in costs])  # (P,)
    by_field = np.concatenate(costs).sum(axis=0) / notes.sum()  # (F,)
    return {
        "nats_a_note": float(totals.sum() / notes.sum()),
        "mean_over_pieces": float(np.mean(totals / notes)),
        "own_melodies": float(totals[own].sum() / notes[own].sum()) if len(own) else None,
        "by_field": {f.name: float(v) for f, v in zip(fields, by_field, strict=True)},
    }
