"""Which temperature and top-p make pieces that are most like those people wrote.

    python -m benchmarks.sampling CHECKPOINT [--pieces 64] [--json]

For each pair: scale consistency over the first 220 notes (5th, 50th and 95th percentile), the
overlapping area with held-out pieces as a share of its ceiling (mean and least over all metrics),
the 95th percentile of the longest copied run, and how many pieces collapsed. A minute a pair.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.generated import judged
from benchmarks.shared.composer import Composer, asked
from musicgen.composing.settings import ComposeSettings

PAIRS = ((1.0, 1.0), (1.0, 0.95), (0.95, 0.98), (0.9, 0.97), (0.85, 0.95))


def main() -> None:
    arguments = asked(__doc__)
    composer = Composer.of(arguments.checkpoint)
    rows = [row(composer, pair, arguments.pieces) for pair in PAIRS]
    print(json.dumps(rows) if arguments.json else table(rows))


def row(composer: Composer, pair: tuple[float, float], count: int) -> dict[str, Any]:
    temperature, top_p = pair
    settings = ComposeSettings(temperature=temperature, top_p=top_p)
    pieces = [piece.score for piece in composer.pieces(settings, count)]
    found = judged(pieces, composer.human)
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
