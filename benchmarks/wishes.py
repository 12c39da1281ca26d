"""What the wishes that are added to a model's own chances do to its pieces.

    python -m benchmarks.wishes CHECKPOINT [--pieces 64] [--json]

Counterpoint by its strength: the share of changes of chord with parallel fifths or octaves, of
chords that clash, nats a note of what was drawn, and the median penalty by which the best of many
is chosen; beside pieces that people wrote. A key that is asked for: the share of pieces that are
in it, as its scale's notes alone and leaning to it. Five minutes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.generated import TOGETHER, Human
from musicgen.composing.background import Background
from musicgen.composing.engine import Engine
from musicgen.composing.settings import AS_USUAL, ComposeSettings
from musicgen.composing.studio import Piece, compose_pieces
from musicgen.corpus.keys import find_keys
from musicgen.evaluation.voice_leading import clashes, parallels
from musicgen.models.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.run import find_checkpoint

STRENGTHS = (0.0, 0.5, 1.0, 1.5)
KEYS = ("D minor", "G major")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no tables")
    arguments = parser.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    engine, known = Engine(checkpoint), Background.of(checkpoint.folder)
    human = Human.of(checkpoint.facts["source"], checkpoint.encoding)

    def pieces(settings: ComposeSettings) -> list[Piece]:
        wanted = replace(settings, variations=TOGETHER)
        seeds = range(-(-arguments.pieces // TOGETHER))
        return [p for s in seeds for p in compose_pieces(engine, known, replace(wanted, seed=s))]

    rows: list[dict[str, Any]] = [
        {"strength": each, **of_pieces(pieces(replace(AS_USUAL, counterpoint=each)))}
        for each in STRENGTHS
    ]
    rows.append({"strength": "people", **voice_leading([*human.train, *human.held_out])})
    keys = {
        key: [
            in_key(pieces(replace(AS_USUAL, key=key, from_home=home)), key)
            for home in (False, True)
        ]
        for key in KEYS
    }
    found = {"counterpoint": rows, "keys": keys}
    print(json.dumps(found) if arguments.json else tables(found))


def of_pieces(pieces: Sequence[Piece]) -> dict[str, float]:
    return {
        **voice_leading([piece.score for piece in pieces]),
        "nats": float(np.mean([piece.composition.nats_a_note for piece in pieces])),
        "penalty": float(np.median([piece.judgement.total for piece in pieces])),
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
