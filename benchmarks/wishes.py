"""What the wishes that are added to a model's own chances do to its pieces.

    python -m benchmarks.wishes CHECKPOINT [--pieces 64] [--json]

Counterpoint by its strength: the share of changes of chord with parallel fifths or octaves, of
chords that clash, nats a note of what was drawn, and the median penalty by which the best of many
is chosen; beside pieces that people wrote. A key that is asked for: the share of pieces that are
in it, as its scale's notes alone and leaning to it. Five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.shared.composer import Composer, asked
from musicgen.composing.pipeline import Piece
from musicgen.composing.settings import ComposeSettings
from musicgen.score import Score
from musicgen.theory.keys import find_keys
from musicgen.theory.voice_leading import clashes, parallels

STRENGTHS = (0.0, 0.5, 1.0, 1.5)
KEYS = ("D minor", "G major")


def main() -> None:
    arguments = asked(__doc__)
    composer = Composer.of(arguments.checkpoint)

    def pieces(**wishes: Any) -> list[Piece]:
        return list(composer.pieces(ComposeSettings(**wishes), arguments.pieces))

    rows: list[dict[str, Any]] = [
        {"strength": each, **of_pieces(pieces(counterpoint=each))} for each in STRENGTHS
    ]
    human = [*composer.human.train, *composer.human.held_out]
    rows.append({"strength": "people", **voice_leading(human)})
    keys = {
        key: [in_key(pieces(key=key, from_home=home), key) for home in (False, True)]
        for key in KEYS
    }
    found = {"counterpoint": rows, "keys": keys}
    print(json.dumps(found) if arguments.json else tables(found))


def of_pieces(pieces: Sequence[Piece]) -> dict[str, float]:
    return {
        **voice_leading([piece.score for piece in pieces]),
        "nats": float(np.mean([piece.composition.nats_per_note for piece in pieces])),
        "penalty": float(np.median([piece.penalty.total for piece in pieces])),
    }


def voice_leading(scores: Sequence[Score]) -> dict[str, float]:
    return {
        "parallels": float(np.nanmean([parallels(score) for score in scores])),
        "clashes": float(np.nanmean([clashes(score) for score in scores])),
    }


def in_key(pieces: Sequence[Piece], key: str) -> float:
    """The share of pieces that are in a key."""
    found = find_keys([piece.score for piece in pieces])
    return sum(each is not None and each.name == key for each in found) / len(pieces)


def tables(found: dict[str, Any]) -> str:
    """The figures for people, in Markdown."""
    lines = [
        "| counterpoint | changes with parallels | chords that clash | nats a note | penalty |",
        "|---|---|---|---|---|",
    ]
    for row in found["counterpoint"]:
        drawn = f"{row['nats']:.2f} | {row['penalty']:.2f}" if "nats" in row else "|"
        shares = f"{row['parallels']:.1%} | {row['clashes']:.1%}"
        lines.append(f"| {row['strength']} | {shares} | {drawn} |")
    lines += ["", "| key | in it, held to its notes | in it, leaning to it |", "|---|---|---|"]
    for key, (held, leaning) in found["keys"].items():
        lines.append(f"| {key} | {held:.0%} | {leaning:.0%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
