"""How `benchmarks.jsb16` judges its members: alone, together, and mixed with an n-gram.

`one model` is the first member in the key that the pieces are in; `members` the mean of all
members in as many keys as are asked for. Either is a model: its chances sum to one. `n-gram` is
this repo's own (`evaluation/ngram.py`), counted in the training pieces; `all` is the mixture of
members and n-gram (`evaluation/mixture.py`). How much each of the two is believed takes six
numbers, which are fitted on validation pieces: for each tenth of them on the other nine, so that
no piece is judged by what it taught; for the test pieces on all.
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
from musicgen.evaluation.mixture import Chances, cross_fitted, fit_gate
from musicgen.evaluation.ngram import NGram, fit_best
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.run import Run

ENCODING = FramesEncoding()
ALL = "all"


def judge(
    runs: Sequence[Run],
    train: Sequence[Steps],
    sides: Mapping[str, Sequence[Steps]],
    keys: int,
) -> dict[str, Any]:
    """Nats a note of each model of this module on each side; `valid` has to be among them."""
    ngram = fit_best(ENCODING, train, sides["valid"])
    found = {side: _Found.of(runs, ngram, pieces, keys) for side, pieces in sides.items()}
    gate = fit_gate(found["valid"].members, found["valid"].ngram)
    result = {}
    for side, pieces in sides.items():
        alone, members, counted = found[side].alone, found[side].members, found[side].ngram
        if side == "valid":
            mixed = cross_fitted(members, counted)
        else:
            mixed = [gate.mixed(a, b) for a, b in zip(members, counted, strict=True)]
        models = {"one model": alone, "members": members, "n-gram": counted}
        chances = {name: [c.of_truth for c in own] for name, own in models.items()} | {ALL: mixed}
        result[side] = {
            "models": {name: figures(pieces, own) for name, own in chances.items()},
            **figures(pieces, mixed),
            "notes": int(_notes(pieces).sum()),
            "pieces": len(pieces),
            "seconds": found[side].seconds,
        }
    return result


@dataclass(frozen=True, eq=False)
class _Found:
    """What the models give one side's pieces, piece by piece."""

    alone: list[Chances]
    members: list[Chances]
    ngram: list[Chances]
    seconds: float

    @classmethod
    def of(cls, runs: Sequence[Run], ngram: NGram, pieces: Sequence[Steps], keys: int) -> _Found:
        began = time.perf_counter()
        counted = [Chances.of(piece) for piece in predict(ngram, pieces)]
        asked = list(_asked(runs, pieces, keys))  # one list of pieces for each member and key
        members = [
            Chances(
                np.mean([c.of_truth for c in same], axis=0),
                np.mean([c.of_likeliest for c in same], axis=0),
            )
            for same in zip(*asked, strict=True)
        ]
        return cls(asked[0], members, counted, time.perf_counter() - began)


def _asked(runs: Sequence[Run], pieces: Sequence[Steps], keys: int) -> Iterator[list[Chances]]:
    """What each member's best checkpoint says in each key, the pieces' own first."""
    semitones = sorted(range(-(keys // 2), keys - keys // 2), key=abs)
    for run in runs:
        engine = OnnxModel(open_checkpoint(run.checkpoint()))
        for interval in semitones:
            moved = [ENCODING.transposed(steps, interval) for steps in pieces]
            yield [Chances.of(piece) for piece in predict(engine, moved)]


def figures(pieces: Sequence[Steps], chances: Sequence[np.ndarray]) -> dict[str, Any]:
    """Nats a note over all notes and as mean over pieces, and by voice; rests cost too."""
    costs = [-np.log(chance) for chance in chances]  # (N, 4) each
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
