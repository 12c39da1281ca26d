"""What a finished training adds to its run: how well it expects pieces that it never saw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from musicgen.composing.background import prepare_background
from musicgen.composing.engine import Engine
from musicgen.evaluation.likelihood import evaluate
from musicgen.files import write_json
from musicgen.models.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.run import Run

EVALUATION = "evaluation.json"


def conclude(run: Run, sides: Mapping[str, Sequence[Score]]) -> None:
    """Judge the best checkpoint on the held-out sides, through the graphs that compose.

    Writes evaluation.json, and what the validation pieces cost it into reference.json.
    """
    checkpoint = open_checkpoint(run.checkpoint())
    engine = Engine(checkpoint)
    primer = checkpoint.primers[0] if checkpoint.primers else None
    found = {
        side: evaluate(engine, sides[side], primer) for side in ("valid", "test") if sides[side]
    }
    write_json(run.folder / EVALUATION, {side: each.to_json() for side, each in found.items()})
    if "valid" in found:
        nats = [piece.bits / piece.steps * math.log(2) for piece in found["valid"].pieces]
        prepare_background(run.folder, sides["train"], sides["valid"], nats)
