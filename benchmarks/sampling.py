"""Which temperature and top-p make pieces that are most like those people wrote.

    python -m benchmarks.sampling CHECKPOINT [--pieces 64] [--json]

For each pair: scale consistency over the first 220 notes (5th, 50th and 95th percentile), the
overlapping area with held-out pieces as a share of its ceiling (mean and least over all metrics),
the 95th percentile of the longest copied run, and how many pieces collapsed. A minute a pair.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from benchmarks.generated import TOGETHER, Human, judged
from musicgen.composing.background import Background
from musicgen.composing.engine import Engine
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.studio import compose_pieces
from musicgen.models.checkpoint import open_checkpoint
from musicgen.training.run import find_checkpoint

PAIRS = ((1.0, 1.0), (1.0, 0.95), (0.95, 0.98), (0.9, 0.97), (0.85, 0.95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    engine, known = Engine(checkpoint), Background.of(checkpoint.folder)
    human = Human.of(checkpoint.facts["source"], checkpoint.encoding)
    rows = [row(engine, known, human, pair, arguments.pieces) for pair in PAIRS]
    print(json.dumps(rows) if arguments.json else table(rows))


def row(
    engine: Engine, known: Background, human: Human, pair: tuple[float, float], count: int
) -> dict[str, Any]:
    temperature, top_p = pair
    pieces = []
    for seed in range(-(-count // TOGETHER)):
        asked = ComposeSettings(
            seed=seed, variations=TOGETHER, temperature=temperature, top_p=top_p
        )
        pieces += [piece.score for piece in compose_pieces(engine, known, asked)]
    found = judged(pieces, human)
    shares = [each["generated"] / each["ceiling"] for each in found["overlap"].values()]
    return {
        "temperature": temperature,
        "top_p": top_p,
        "scale_consistency": found["scale_consistency"],
        "overlap_mean": sum(shares) / len(shares),
        "overlap_least": min(shares),
        "copied_run_95": [found["copied_run"][whose][2] for whose in ("generated", "held_out")],
        "collapsed": len(found["collapsed"]),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The figures for people, in Markdown."""
    lines = [
        "| temperature | top-p | scale consistency 5/50/95 | overlap, mean | least | copied run "
        "95 % | collapsed |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in rows:
        scale = "/".join(f"{value:.2f}" for value in each["scale_consistency"]["generated"])
        lines.append(
            f"| {each['temperature']} | {each['top_p']} | {scale} | {each['overlap_mean']:.0%} | "
            f"{each['overlap_least']:.0%} | {each['copied_run_95'][0]:.0f} | {each['collapsed']} |"
        )
    scale = "/".join(f"{value:.2f}" for value in rows[0]["scale_consistency"]["collection"])
    lines.append(f"| people | | {scale} | | | {rows[0]['copied_run_95'][1]:.0f} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
