"""Evaluation of the members of `benchmarks.jsb16`: alone, averaged, and mixed with an n-gram.

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

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.frames import REST, FramesEncoding
from musicgen.encoding.steps import Steps
from musicgen.evaluation.likelihood import predict
from musicgen.evaluation.mixture import Probabilities, cross_fit, fit_gate
from musicgen.evaluation.ngram import NGram, fit_best
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.run import Run

ENCODING = FramesEncoding()
ALL = "all"


def evaluate_members(
    runs: Sequence[Run],
    train: Sequence[Steps],
    sides: Mapping[str, Sequence[Steps]],
    keys: int,
) -> dict[str, Any]:
    """Nats per note of the four models on each side; `valid` has to be one of the sides."""
    ngram = fit_best(ENCODING, train, sides["valid"])
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
        result[side] = {
            "models": {name: nats_per_note(pieces, rows) for name, rows in true.items()},
            **nats_per_note(pieces, mixed),
            "notes": int(_notes(pieces).sum()),
            "pieces": len(pieces),
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
    def of(cls, runs: Sequence[Run], ngram: NGram, pieces: Sequence[Steps], keys: int) -> _Side:
        started = time.perf_counter()
        of_ngram = [Probabilities.of(piece) for piece in predict(ngram, pieces)]
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
    runs: Sequence[Run], pieces: Sequence[Steps], keys: int
) -> Iterator[list[Probabilities]]:
    """Predictions of all pieces, for each member and key; the original key comes first."""
    semitones = sorted(range(-(keys // 2), keys - keys // 2), key=abs)
    for run in runs:
        model = OnnxModel(open_checkpoint(run.checkpoint()))
        for interval in semitones:
            transposed = [ENCODING.transposed(steps, interval) for steps in pieces]
            yield [Probabilities.of(piece) for piece in predict(model, transposed)]


def nats_per_note(pieces: Sequence[Steps], probabilities: Sequence[np.ndarray]) -> dict[str, Any]:
    """Nats per note over all notes, as mean over pieces, and by voice; rests cost nats too."""
    costs = [-np.log(of_piece) for of_piece in probabilities]  # (N, 4) per piece
    notes = _notes(pieces)
    by_piece = [cost.sum() / count for cost, count in zip(costs, notes, strict=True)]
    by_voice = np.concatenate(costs).sum(axis=0) / notes.sum() * len(ENCODING.fields)
    return {
        "nats_a_note": float(sum(cost.sum() for cost in costs) / notes.sum()),
        "mean_over_pieces": float(np.mean(by_piece)),
        "by_voice": {f.name: float(v) for f, v in zip(ENCODING.fields, by_voice, strict=True)},
    }


def _notes(pieces: Sequence[Steps]) -> np.ndarray:
    return np.array([(steps.fields != REST).sum() for steps in pieces])
