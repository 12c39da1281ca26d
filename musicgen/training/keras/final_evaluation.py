"""What puts a training's losses in their place: baselines, and the final evaluation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.style.training_profile import add_nats_per_note
from musicgen.encoding.steps import Encoding
from musicgen.evaluation.baselines import baselines
from musicgen.evaluation.likelihood import Progress, evaluate
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.forecast.memory import MAX_NGRAM_NOTES
from musicgen.training.run_folder.results import BASELINES, EVALUATION
from musicgen.training.run_folder.run import Run


def write_baselines(run: Run, encoding: Encoding, sides: Mapping[str, Sequence[Score]]) -> None:
    """What uniform, unigram and the best n-gram need for the same pieces, into baselines.json."""
    small = sum(map(len, sides["train"])) <= MAX_NGRAM_NOTES
    if sides["valid"] and small and not (run.folder / BASELINES).exists():
        found = baselines(encoding, sides)
        write_json(run.folder / BASELINES, {each.name: each.to_json() for each in found})


def write_evaluation(
    run: Run, sides: Mapping[str, Sequence[Score]], progress: Progress | None = None
) -> None:
    """Judge the best checkpoint on the held-out sides, through the graphs that compose.

    Writes evaluation.json, and what the validation pieces cost it into reference.json.
    progress(done, total) hears of the notes of a side.
    """
    checkpoint = open_checkpoint(run.checkpoint())
    engine = OnnxModel(checkpoint)
    primer = checkpoint.primers[0] if checkpoint.primers else None
    found = {
        side: evaluate(engine, sides[side], primer, progress)
        for side in ("valid", "test")
        if sides[side]
    }
    write_json(run.folder / EVALUATION, {side: each.to_json() for side, each in found.items()})
    if "valid" in found:
        nats = [piece.bits / piece.steps * math.log(2) for piece in found["valid"].pieces]
        add_nats_per_note(run.folder, nats)
