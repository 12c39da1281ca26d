"""What the benchmarks of composing share: their options, and a checkpoint that composes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.generated import TOGETHER, Human
from musicgen.composing import pipeline
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Piece
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.registry import find_checkpoint


def asked(description: str) -> argparse.Namespace:
    """The checkpoint, how many pieces a row, and whether to print JSON."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    return parser.parse_args()


@dataclass(frozen=True)
class Composer:
    """A checkpoint, what it knows of its collection, and the collection's pieces."""

    engine: OnnxModel
    known: TrainingProfile
    human: Human

    @classmethod
    def of(cls, name: str) -> Composer:
        """By a run's name, or a checkpoint's folder."""
        found = open_checkpoint(find_checkpoint(name))
        human = Human.of(found.facts["source"], found.encoding)
        return cls(OnnxModel(found), TrainingProfile.load(found.folder), human)

    def pieces(self, settings: ComposeSettings, count: int) -> Iterator[Piece]:
        """At least so many, a few of each seed from 0 on."""
        for seed in range(-(-count // TOGETHER)):
            wanted = replace(settings, seed=seed, variations=TOGETHER)
            yield from pipeline.Composer(self.engine, self.known).compose(wanted)
