"""Temperature and top-p: which compose pieces that are most like those people wrote.

    python -m benchmarks.sampling CHECKPOINT [--pieces 64] [--json]

For each pair: scale consistency over the first 220 notes (5th, 50th and 95th percentile), the
overlapping area with held-out pieces as a share of its ceiling (mean and minimum over all
metrics), the 95th percentile of the longest copied passage, and the number of pieces with
degenerate repetition. A minute per pair.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.generated import compare_with_people
from benchmarks.shared.composer import ComposingCheckpoint, parse_options
from musicgen.composing.settings import ComposeSettings

PAIRS = ((1.0, 1.0), (1.0, 0.95), (0.95, 0.98), (0.9, 0.97), (0.85, 0.95))


def main() -> None:
    arguments = parse_options(__doc__)
    checkpoint = ComposingCheckpoint.of(arguments.checkpoint)
    rows = [row(checkpoint, pair, arguments.pieces) for pair in PAIRS]
    print(json.dumps(rows) if arguments.json else table(rows))


def row(checkpoint: ComposingCheckpoint, pair: tuple[float, float], count: int) -> dict[str, Any]:
    """Results of one pair of temperature and top-p."""
    temperature, top_p = pair
    settings = ComposeSettings(temperature=temperature, top_p=top_p)
    pieces = [piece.score for piece in checkpoint.pieces(settings, count)]
    results = compare_with_people(pieces, checkpoint.collection)
    shares = [metric["generated"] / metric["ceiling"] for metric in results["overlap"].values()]
    return {
        "temperature": temperature,
        "top_p": top_p,
        "scale_consistency": results["scale_consistency"],
        "overlap_mean": sum(shares) / len(shares),
        "overlap_least": min(shares),
        "copied_run_95": [results["copied_run"][whose][2] for whose in ("generated", "held_out")],
        "degenerate": len(results["degenerate"]),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| temperature | top-p | scale consistency 5/50/95 | overlap, mean | minimum | copied "
        "passage 95 % | degenerate |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        scale = "/".join(f"{value:.2f}" for value in row["scale_consistency"]["generated"])
        lines.append(
            f"| {row['temperature']} | {row['top_p']} | {scale} | {row['overlap_mean']:.0%} | "
            f"{row['overlap_least']:.0%} | {row['copied_run_95'][0]:.0f} | {row['degenerate']} |"
        )
    scale = "/".join(f"{value:.2f}" for value in rows[0]["scale_consistency"]["collection"])
    lines.append(f"| people | | {scale} | | | {rows[0]['copied_run_95'][1]:.0f} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
