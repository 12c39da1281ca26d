"""Options, a checkpoint with its collection, and composing, for the benchmarks of composing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen.composing import pipeline
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import held_out_overlap
from musicgen.composing.piece import Piece
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.measuring import measure_styles
from musicgen.composing.style.percentiles import metric_percentiles
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.corpus.split import TRAIN
from musicgen.encoding.steps import Encoding
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.data.run_split import splits_of_checkpoint
from musicgen.training.run_folder.registry import find_checkpoint

BATCH_PIECES = 8  # composed in one batch, in one metre


def parse_options(description: str) -> argparse.Namespace:
    """Options: the checkpoint, the number of pieces per row, and JSON in place of a table."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return parser.parse_args()


@dataclass(frozen=True)
class CollectionSides:
    """The pieces of a collection as an encoding represents them, by side of the split."""

    train: tuple[Score, ...]
    held_out: tuple[Score, ...]  # validation and test

    @classmethod
    def of(cls, source: str, encoding: Encoding, checkpoint: Path) -> CollectionSides:
        """The pieces by side, as the checkpoint was trained."""
        scores = load_collection(source).scores
        sides = splits_of_checkpoint(checkpoint, source, scores)
        pieces = zip(map(encoding.canonical, scores), sides, strict=True)
        by_side = [(score, side) for score, side in pieces]
        return cls(
            tuple(score for score, side in by_side if side == TRAIN),
            tuple(score for score, side in by_side if side != TRAIN),
        )

    @property
    def all(self) -> list[Score]:
        return [*self.train, *self.held_out]

    def profile(self) -> TrainingProfile:
        """Training profile of the collection, for a checkpoint without one."""
        index = OriginalityIndex.build(self.train)
        index = index.with_held_out_overlap(held_out_overlap(self.held_out, index))
        return TrainingProfile(index, metric_percentiles(self.train), measure_styles(self.train))


@dataclass(frozen=True)
class ComposingCheckpoint:
    """A checkpoint, its training profile, and the pieces of its collection."""

    model: OnnxModel
    profile: TrainingProfile
    collection: CollectionSides

    @classmethod
    def of(cls, name: str) -> ComposingCheckpoint:
        """Open a checkpoint by the name of its run, or by its folder."""
        checkpoint = open_checkpoint(find_checkpoint(name))
        collection = CollectionSides.of(
            checkpoint.facts["source"], checkpoint.encoding, checkpoint.folder
        )
        return cls(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder), collection)

    def pieces(self, settings: ComposeSettings, count: int) -> Iterator[Piece]:
        """Compose at least `count` pieces, BATCH_PIECES for each seed from 0 on."""
        for seed in range(-(-count // BATCH_PIECES)):
            of_seed = replace(settings, seed=seed, variations=BATCH_PIECES)
            yield from pipeline.Composer(self.model, self.profile).compose(of_seed)
