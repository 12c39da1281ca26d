"""Pieces that a model composes with the default settings, held against those people wrote.

    python -m benchmarks.generated CHECKPOINT [--pieces 200] [--source SOURCE] [--json]

Prints, each beside the same figure of human music:

- scale consistency over the first 220 notes: 5th, 50th and 95th percentile, and the collection's
- overlapping area with the held-out pieces (validation and test), metric by metric, and the
  ceiling: that of the training pieces with them
- the longest run of notes copied from one training piece, and that of held-out pieces
- pieces that collapse

Human pieces are taken as the model's encoding keeps them (unisons are one note, and so on).
About a minute and a half for 200 pieces on one core, most of it composing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from musicgen.composing.engine import Engine
from musicgen.composing.originality import originality
from musicgen.composing.originality_index import OriginalityIndex
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.studio import compose_pieces
from musicgen.corpus.sources import load_collection
from musicgen.corpus.split import TRAIN, split_pieces
from musicgen.evaluation.collapse import collapse
from musicgen.evaluation.comparison import compare
from musicgen.evaluation.pitch_statistics import scale_consistency
from musicgen.models.checkpoint import Checkpoint, open_checkpoint
from musicgen.score import Score
from musicgen.training.run import find_checkpoint

NOTES = 220  # over which scale consistency is taken
PERCENTILES = (5, 50, 95)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=200)
    parser.add_argument("--source", help="the collection; by default what the model learned from")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    collection = load_collection(arguments.source or checkpoint.facts["source"])
    scores = [checkpoint.encoding.canonical(score) for score in collection.scores]
    sides = split_pieces(collection.scores)
    began = time.perf_counter()
    pieces = composed(checkpoint, arguments.pieces)
    seconds = time.perf_counter() - began
    found = {"checkpoint": arguments.checkpoint, "pieces": len(pieces), "seconds": seconds}
    found |= judged(pieces, scores, sides)
    print(json.dumps(found) if arguments.json else table(found))


def composed(checkpoint: Checkpoint, count: int) -> list[Score]:
    """Pieces as the composer makes them by default, each from a seed of its own."""
    engine = Engine(checkpoint)
    pieces = []
    for seed in range(count):
        (piece,) = compose_pieces(engine, checkpoint, ComposeSettings(seed=seed), None)
        pieces.append(piece.score)
        print(f"\r{seed + 1} of {count} pieces composed", end="", file=sys.stderr)
    print(file=sys.stderr)
    return pieces


def judged(
    pieces: Sequence[Score], scores: Sequence[Score], sides: Sequence[str]
) -> dict[str, Any]:
    """All figures of generated pieces and of the collection that the model learned from."""
    train = [score for score, side in zip(scores, sides, strict=True) if side == TRAIN]
    held_out = [score for score, side in zip(scores, sides, strict=True) if side != TRAIN]
    ours, ceiling = compare(pieces, held_out), compare(train, held_out)
    index = OriginalityIndex.build(train)
    return {
        "scale_consistency": {"generated": in_scale(pieces), "collection": in_scale(scores)},
        "overlap": {
            name: {
                "generated": ours[name].overlap if name in ours else 0.0,
                "ceiling": ceiling[name].overlap,
                "generated_mean": ours[name].mean if name in ours else None,
                "held_out_mean": ceiling[name].reference_mean,
            }
            for name in ceiling
        },
        "copied_run": {
            "generated": percentiles([originality(p, index).longest_run for p in pieces]),
            "held_out": percentiles([originality(p, index).longest_run for p in held_out]),
        },
        "collapsed": [reason for reason in map(collapse, pieces) if reason],
    }


def in_scale(scores: Sequence[Score]) -> list[float]:
    beginnings = [replace(score, notes=score.notes[:NOTES]) for score in scores if len(score)]
    return percentiles([scale_consistency(score) for score in beginnings])


def percentiles(values: Sequence[float]) -> list[float]:
    return [float(value) for value in np.percentile(values, PERCENTILES)]


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{found['pieces']} pieces of {found['checkpoint']} in {found['seconds']:.0f} s"]
    lines.append(f"\n{'percentiles':34}" + "".join(f"{percent:>7}" for percent in PERCENTILES))
    for title, figures in (
        ("scale consistency", "scale_consistency"),
        ("copied run", "copied_run"),
    ):
        for whose, values in found[figures].items():
            row = "".join(f"{value:7.2f}" for value in values)
            lines.append(f"{f'{title}, {whose}':34}{row}")
    lines.append(f"\n{'overlap with held-out pieces':34}{'ours':>7}{'ceiling':>9}{'share':>7}")
    shares = []
    for name, row in found["overlap"].items():
        shares.append(row["generated"] / row["ceiling"])
        means = f"   mean {row['generated_mean']:.2f}, theirs {row['held_out_mean']:.2f}"
        told = "" if np.isnan(row["held_out_mean"]) else means
        lines.append(
            f"{name:34}{row['generated']:7.2f}{row['ceiling']:9.2f}{shares[-1]:7.0%}{told}"
        )
    lines.append(f"{'on average':34}{'':16}{np.mean(shares):7.0%}, least {min(shares):.0%}")
    lines.append(f"\ncollapsed: {len(found['collapsed'])} {sorted(set(found['collapsed']))}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
