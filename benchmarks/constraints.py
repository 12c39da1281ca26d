"""Effect of the constraints that add a bias to the model's logits: counterpoint and key.

    python -m benchmarks.constraints CHECKPOINT [--pieces 64] [--json]

Counterpoint, by its strength: share of chord changes with parallel fifths or octaves, share of
chords that clash, nats per note of the sampled notes, and the median penalty by which pieces are
ranked; and the same of pieces that people wrote. Key: share of pieces in a chosen key, when only
the notes of its scale are allowed, and when they are preferred. Five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.shared.composer import ComposingCheckpoint, parse_options
from musicgen.composing.piece import Piece
from musicgen.composing.settings import ComposeSettings
from musicgen.score import Score
from musicgen.theory.keys import find_keys
from musicgen.theory.voice_leading import clashes, parallels

STRENGTHS = (0.0, 0.5, 1.0, 1.5)
KEYS = ("D minor", "G major")


def main() -> None:
    arguments = parse_options(__doc__)
    checkpoint = ComposingCheckpoint.of(arguments.checkpoint)

    def compose(**settings: Any) -> list[Piece]:
        return list(checkpoint.pieces(ComposeSettings(**settings), arguments.pieces))

    rows: list[dict[str, Any]] = [
        {"strength": strength, **measure(compose(counterpoint=strength))} for strength in STRENGTHS
    ]
    rows.append({"strength": "people", **voice_leading(checkpoint.collection.all)})
    keys = {
        key: [share_in_key(compose(key=key, from_home=home), key) for home in (False, True)]
        for key in KEYS
    }
    results = {"counterpoint": rows, "keys": keys}
    print(json.dumps(results) if arguments.json else tables(results))


def measure(pieces: Sequence[Piece]) -> dict[str, float]:
    """Voice leading, nats per note and penalty of composed pieces."""
    return {
        **voice_leading([piece.score for piece in pieces]),
        "nats": float(np.mean([piece.composition.nats_per_note for piece in pieces])),
        "penalty": float(np.median([piece.penalty.total for piece in pieces])),
    }


def voice_leading(scores: Sequence[Score]) -> dict[str, float]:
    """Means over pieces of the shares of parallels and of clashes."""
    return {
        "parallels": float(np.nanmean([parallels(score) for score in scores])),
        "clashes": float(np.nanmean([clashes(score) for score in scores])),
    }


def share_in_key(pieces: Sequence[Piece], key: str) -> float:
    """Share of pieces whose key is `key`."""
    keys = find_keys([piece.score for piece in pieces])
    return sum(k is not None and k.name == key for k in keys) / len(pieces)


def tables(results: dict[str, Any]) -> str:
    """The results as Markdown tables."""
    lines = [
        "| counterpoint | changes with parallels | chords that clash | nats per note | penalty |",
        "|---|---|---|---|---|",
    ]
    for row in results["counterpoint"]:
        of_model = f"{row['nats']:.2f} | {row['penalty']:.2f}" if "nats" in row else "|"
        shares = f"{row['parallels']:.1%} | {row['clashes']:.1%}"
        lines.append(f"| {row['strength']} | {shares} | {of_model} |")
    lines += ["", "| key | in it, only its scale | in it, its scale preferred |", "|---|---|---|"]
    for key, (only, preferred) in results["keys"].items():
        lines.append(f"| {key} | {only:.0%} | {preferred:.0%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
