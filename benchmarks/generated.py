"""Pieces that a model composes with the default settings, held against those people wrote.

    python -m benchmarks.generated CHECKPOINT [--pieces 200] [--source SOURCE] [--json]

Prints, each beside the same figure of human music:

- scale consistency over the first 220 notes: 5th, 50th and 95th percentile, and the collection's
- overlapping area with the held-out pieces (validation and test), metric by metric, and the
  ceiling: that of the training pieces with them
- the longest run of notes copied from one training piece, and that of held-out pieces
- the share of pieces that close on their tonic
- pieces that collapse

Human pieces are taken as the model's encoding keeps them (unisons are one note, and so on).
Two minutes for 200 pieces on one core; --candidates N takes N times as long or more.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.ending import closing
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import held_out_overlap, originality
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.measuring import measure_styles
from musicgen.composing.style.percentiles import metric_percentiles
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.corpus.split import TRAIN, split_pieces
from musicgen.encoding.steps import Encoding
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.score import Score
from musicgen.statistics.comparison import compare
from musicgen.statistics.metrics import METRICS
from musicgen.statistics.pitch_metrics import scale_consistency
from musicgen.theory.keys import find_keys
from musicgen.theory.repetition import degenerate_repetition
from musicgen.training.run_folder.registry import find_checkpoint

TOGETHER = 8  # pieces composed in one batch, in one metre
NOTES = 220  # over which scale consistency is taken
PERCENTILES = (5, 50, 95)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=200)
    parser.add_argument("--candidates", type=int, default=0, help="choose each from so many")
    parser.add_argument(
        "--endings", type=int, default=ComposeSettings.endings, help="to choose from; 0: none"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="the first one; those from 0 on chose the defaults"
    )
    parser.add_argument("--source", help="the collection; by default what the model learned from")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    human = Human.of(arguments.source or checkpoint.facts["source"], checkpoint.encoding)
    began = time.perf_counter()
    pieces = composed(
        checkpoint,
        human,
        arguments.pieces,
        arguments.candidates,
        arguments.endings,
        arguments.seed,
    )
    seconds = time.perf_counter() - began
    found = {"checkpoint": arguments.checkpoint, "pieces": len(pieces), "seconds": seconds}
    found |= judged(pieces, human)
    print(json.dumps(found) if arguments.json else table(found))


@dataclass(frozen=True)
class Human:
    """A collection as an encoding keeps it: what a model learned from, and what it never saw."""

    train: tuple[Score, ...]
    held_out: tuple[Score, ...]  # validation and test

    @classmethod
    def of(cls, source: str, encoding: Encoding) -> Human:
        scores = load_collection(source).scores
        sides = split_pieces(scores)
        kept = [
            (encoding.canonical(score), side) for score, side in zip(scores, sides, strict=True)
        ]
        return cls(
            tuple(score for score, side in kept if side == TRAIN),
            tuple(score for score, side in kept if side != TRAIN),
        )

    def profile(self) -> TrainingProfile:
        """What the composer knows of the collection, for a run that does not say."""
        index = OriginalityIndex.build(self.train)
        known = index.with_held_out_overlap(held_out_overlap(self.held_out, index))
        return TrainingProfile(known, metric_percentiles(self.train), measure_styles(self.train))


def composed(
    checkpoint: Checkpoint, human: Human, count: int, candidates: int, endings: int, first: int = 0
) -> list[Score]:
    """Pieces as the composer makes them by default, from the seed `first` on.

    A variation is the same music in any company, so many are composed together, unless each is
    to be the best of its own candidates.
    """
    engine, known = OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder)
    if known.index is None:
        known = human.profile()
    composer, together = Composer(engine, known), 1 if candidates else TOGETHER
    pieces: list[Score] = []
    for seed in range(first, first - (-count // together)):
        variations = min(together, count - len(pieces))
        asked = ComposeSettings(seed=seed, variations=variations, endings=endings)
        found = composer.compose(asked, candidates=candidates)
        pieces += [piece.score for piece in found]
        print(f"\r{len(pieces)} of {count} pieces composed", end="", file=sys.stderr)
    print(file=sys.stderr)
    return pieces


def judged(pieces: Sequence[Score], human: Human) -> dict[str, Any]:
    """All figures of generated pieces, beside those of human ones."""
    ours, ceiling = compare(pieces, human.held_out), compare(human.train, human.held_out)
    index = OriginalityIndex.build(human.train)
    caught = [str(found) for found in map(degenerate_repetition, pieces) if found is not None]
    return {
        "scale_consistency": {
            "generated": in_scale(pieces),
            "collection": in_scale([*human.train, *human.held_out]),
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
            "held_out": percentiles([originality(p, index).longest_match for p in human.held_out]),
        },
        "closing": {
            "generated": closes(pieces),
            "collection": closes([*human.train, *human.held_out]),
        },
        "collapsed": caught,
    }


def in_scale(scores: Sequence[Score]) -> list[float]:
    beginnings = [replace(score, notes=score.notes[:NOTES]) for score in scores if len(score)]
    return percentiles([scale_consistency(score) for score in beginnings])


def closes(scores: Sequence[Score]) -> float:
    """The share of pieces with a chord of their tonic in the last bar, as `ending.py` has it."""
    keys = find_keys(scores)
    closed = [
        key is not None and closing(score, key.tonic) is not None
        for score, key in zip(scores, keys, strict=True)
    ]
    return float(np.mean(closed))


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
        means = "   mean {:.2f}, theirs {:.2f}".format(*row["means"]) if row["means"] else ""
        lines.append(
            f"{name:34}{row['generated']:7.2f}{row['ceiling']:9.2f}{shares[-1]:7.0%}{means}"
        )
    lines.append(f"{'on average':34}{'':16}{np.mean(shares):7.0%}, least {min(shares):.0%}")
    for whose, share in found["closing"].items():
        lines.append(f"{f'close on the tonic, {whose}':34}{share:7.0%}")
    lines.append(f"\ncollapsed: {len(found['collapsed'])} {found['collapsed']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
