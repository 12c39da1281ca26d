"""Comparison of composed pieces, with the default settings, with those that people wrote.

    python -m benchmarks.generated CHECKPOINT [--pieces 200] [--source SOURCE] [--json]

Prints, with the same metric of the collection or its held-out pieces (validation and test):

- scale consistency over the first 220 notes: 5th, 50th and 95th percentile
- overlapping area with the held-out pieces by metric, and its ceiling, which is that of the
  training pieces with the held-out ones
- length of the longest passage that is copied from one training piece
- share of pieces that close on their tonic
- pieces with degenerate repetition

Pieces of the collection are compared as the model's encoding represents them (unisons are one
note, and so on). Two minutes for 200 pieces on one core; --candidates N takes N times as long or
more.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.shared.composer import CollectionSides
from benchmarks.shared.pieces import compose_pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.ending import closing
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.score import Score
from musicgen.statistics.comparison import compare
from musicgen.statistics.metrics import METRICS
from musicgen.statistics.pitch_metrics import scale_consistency
from musicgen.theory.keys import find_keys
from musicgen.theory.repetition import degenerate_repetition
from musicgen.training.run_folder.registry import find_checkpoint

SCALE_NOTES = 220  # from the beginning of a piece, for scale consistency
PERCENTILES = (5, 50, 95)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="name of a run, or folder of a checkpoint")
    parser.add_argument("--pieces", type=int, default=200)
    parser.add_argument("--candidates", type=int, default=0, help="pieces to choose each from")
    parser.add_argument(
        "--endings",
        type=int,
        default=ComposeSettings.endings,
        help="endings to choose from; 0: none",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="first seed; defaults were tuned from 0 on",
    )
    parser.add_argument("--source", help="collection; default: that of the training")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    source = arguments.source or checkpoint.facts["source"]
    collection = CollectionSides.of(source, checkpoint.encoding, checkpoint.folder)
    started = time.perf_counter()
    pieces = compose(
        checkpoint,
        collection,
        arguments.pieces,
        arguments.candidates,
        arguments.endings,
        arguments.seed,
    )
    seconds = time.perf_counter() - started
    results = {"checkpoint": arguments.checkpoint, "pieces": len(pieces), "seconds": seconds}
    results |= compare_with_people(pieces, collection)
    print(json.dumps(results) if arguments.json else table(results))


def compose(
    checkpoint: Checkpoint,
    collection: CollectionSides,
    count: int,
    candidates: int,
    endings: int,
    first: int = 0,
) -> list[Score]:
    """Compose pieces with the default settings, from the seed `first` on.

    They are composed in batches, which does not change them, unless each is the best of its own
    candidates.
    """
    profile = TrainingProfile.load(checkpoint.folder)
    if profile.index is None:
        profile = collection.profile()
    settings = ComposeSettings(seed=first, endings=endings)
    return compose_pieces(OnnxModel(checkpoint), profile, count, settings, candidates)


def compare_with_people(pieces: Sequence[Score], collection: CollectionSides) -> dict[str, Any]:
    """Metrics of composed pieces and of the collection."""
    held_out = collection.held_out
    ours, ceiling = compare(pieces, held_out), compare(collection.train, held_out)
    index = OriginalityIndex.build(collection.train)
    degenerate = [str(r) for r in map(degenerate_repetition, pieces) if r is not None]
    return {
        "scale_consistency": {
            "generated": scale_percentiles(pieces),
            "collection": scale_percentiles(collection.all),
        },
        "overlap": {
            name: {
                "generated": ours[name].overlap if name in ours else 0.0,
                "ceiling": ceiling[name].overlap,
                "means": [ours[name].mean, ceiling[name].reference_mean]
                if name in METRICS and name in ours
                else [],
            }
            for name in ceiling
        },
        "copied_run": {
            "generated": percentiles([originality(p, index).longest_match for p in pieces]),
            "held_out": percentiles([originality(p, index).longest_match for p in held_out]),
        },
        "closing": {
            "generated": closing_share(pieces),
            "collection": closing_share(collection.all),
        },
        "degenerate": degenerate,
    }


def scale_percentiles(scores: Sequence[Score]) -> list[float]:
    beginnings = [replace(score, notes=score.notes[:SCALE_NOTES]) for score in scores if len(score)]
    return percentiles([scale_consistency(score) for score in beginnings])


def closing_share(scores: Sequence[Score]) -> float:
    """Share of pieces that end on a chord of their tonic, as `composing/ending.py` defines it."""
    keys = find_keys(scores)
    closed = [
        key is not None and closing(score, key.tonic) is not None
        for score, key in zip(scores, keys, strict=True)
    ]
    return float(np.mean(closed))


def percentiles(values: Sequence[float]) -> list[float]:
    return [float(value) for value in np.percentile(values, PERCENTILES)]


def table(results: dict[str, Any]) -> str:
    """The results as text."""
    lines = [f"{results['pieces']} pieces of {results['checkpoint']} in {results['seconds']:.0f} s"]
    lines.append(f"\n{'percentiles':34}" + "".join(f"{percent:>7}" for percent in PERCENTILES))
    for title, key in (
        ("scale consistency", "scale_consistency"),
        ("copied passage", "copied_run"),
    ):
        for whose, values in results[key].items():
            row = "".join(f"{value:7.2f}" for value in values)
            lines.append(f"{f'{title}, {whose}':34}{row}")
    lines.append(f"\n{'overlap with held-out pieces':34}{'ours':>7}{'ceiling':>9}{'share':>7}")
    shares = []
    for name, row in results["overlap"].items():
        shares.append(row["generated"] / row["ceiling"])
        means = "   mean {:.2f}, held-out {:.2f}".format(*row["means"]) if row["means"] else ""
        lines.append(
            f"{name:34}{row['generated']:7.2f}{row['ceiling']:9.2f}{shares[-1]:7.0%}{means}"
        )
    lines.append(f"{'mean':34}{'':16}{np.mean(shares):7.0%}, minimum {min(shares):.0%}")
    for whose, share in results["closing"].items():
        lines.append(f"{f'close on the tonic, {whose}':34}{share:7.0%}")
    lines.append(f"\ndegenerate repetition: {len(results['degenerate'])} {results['degenerate']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
