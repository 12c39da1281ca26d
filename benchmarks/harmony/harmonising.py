"""Composing around the melodies of held-out pieces: what it saves, and whether it is harmony.

    python -m benchmarks.harmony.harmonising CHECKPOINT [--pieces 29] [--seeds 1] [--json]

For the test pieces of a collection, with the part that has the melody given:

- bits a note of the other parts under the model that is told the whole given part ahead, against
  the same model that is not (both take the given notes in their turn)
- pieces composed around it with the default settings: given notes that come out changed, and the
  figures of `benchmarks/harmony` beside those of the pieces as people wrote them
- seconds until the other parts of a piece are composed
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.harmony.figures import harmony_figures
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.corpus.split import TEST
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.values import REST
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.score import Score
from musicgen.theory.chosen_parts import melody_part, only_parts
from musicgen.training.data.run_split import splits_of_checkpoint
from musicgen.training.run_folder.registry import find_checkpoint

COLUMNS = ["start", "duration", "pitch", "velocity"]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    options.add_argument("--pieces", type=int, default=29)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seeds", type=int, default=1, help="pieces of each melody")
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    pieces = held_out_pieces(checkpoint)[: arguments.pieces]
    model = OnnxModel(checkpoint)
    composer = Composer(model, TrainingProfile.load(checkpoint.folder))
    results = bits(model, pieces) | harmonise(composer, pieces * arguments.seeds, arguments.seed)
    print(json.dumps(results) if arguments.json else table(results))


def held_out_pieces(checkpoint: Checkpoint) -> list[Score]:
    """The test pieces of the collection of a checkpoint that have several parts."""
    source = checkpoint.facts["source"]
    scores = load_collection(source).scores
    sides = splits_of_checkpoint(checkpoint.folder, source, scores)
    test = [score for score, side in zip(scores, sides, strict=True) if side == TEST]
    return [score for score in test if len(score.parts) > 1]


def bits(model: OnnxModel, pieces: Sequence[Score]) -> dict[str, Any]:
    """Bits a note of the parts that are not given, told ahead and not."""
    encoding = model.encoding
    assert isinstance(encoding, PartsEncoding)
    nats, notes = np.zeros(2), 0
    for score in pieces:
        steps = encoding.encode(score)
        role = encoding.role_of_parts(score)[melody_part(score)]
        ahead = steps.with_given(steps.schedule[0] == role, encoding.given_first)
        for column, known in enumerate((ahead, steps)):
            before = known.fields[:0]
            [values] = step_log_likelihoods(model, known, score.bars, before, [known.fields])
            nats[column] -= values[known.schedule[0] != role].sum()
        notes += int((steps.fields[steps.schedule[0] != role, 0] < REST).sum())
    of_ahead, in_turn = (nats / np.log(2) / notes).tolist()
    return {"bits ahead": of_ahead, "bits in turn": in_turn, "fewer": 1 - of_ahead / in_turn}


def harmonise(composer: Composer, pieces: Sequence[Score], seed: int) -> dict[str, Any]:
    """Pieces composed around the melodies, beside those that people wrote."""
    composed, changed, seconds = [], 0, []
    for number, score in enumerate(pieces):
        melody = only_parts(score, [melody_part(score)])
        started = time.perf_counter()
        [piece] = composer.accompany(ComposeSettings(seed=seed + number), melody)
        seconds.append(time.perf_counter() - started)
        composed.append(piece.score)
        own = melody.notes[COLUMNS].tolist()
        notes = piece.score.notes
        by_part = [
            notes[notes["part"] == part][COLUMNS].tolist() for part in range(len(piece.score.parts))
        ]
        changed += own not in by_part
    canonical = composer.model.encoding.canonical
    return {
        "pieces": len(pieces),
        "given parts changed": changed,
        "seconds": float(np.median(seconds)),
        "composed": harmony_figures([canonical(score) for score in composed]),
        "people": harmony_figures([canonical(score) for score in pieces]),
    }


def table(results: dict[str, Any]) -> str:
    """The results as text."""
    lines = [
        f"bits a note of the other parts: {results['bits ahead']:.3f} with the melody told ahead, "
        f"{results['bits in turn']:.3f} without: {results['fewer']:.1%} fewer",
        f"{results['pieces']} pieces, {results['given parts changed']} with a changed melody, "
        f"{results['seconds']:.2f} s a piece",
        f"\n{'':32}{'composed':>10}{'people':>10}",
    ]
    for name, value in results["composed"].items():
        lines.append(f"{name:32}{value:10.3f}{results['people'][name]:10.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
