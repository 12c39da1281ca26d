"""Composed pieces beside those of people, for the benchmarks that compare the two."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.shared.composer import CollectionSides
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.encoding.model_interface import Model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.run_folder.registry import find_checkpoint

FIRST_SEED = 5000


def comparison_options(description: str) -> argparse.ArgumentParser:
    """Options: checkpoint, number of pieces and first seed, or a folder of pieces; JSON."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    parser.add_argument("--pieces", type=int, default=300)
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="that of the first pieces")
    parser.add_argument("--folder", type=Path, help="compare these files, compose nothing")
    parser.add_argument("--source", help="collection; default: that of the training")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return parser


@dataclass(frozen=True)
class ComparedPieces:
    """Composed pieces and those of a collection."""

    model: Model
    profile: TrainingProfile
    composed: tuple[Score, ...]  # as they were composed or read
    people: CollectionSides  # as the model's encoding represents them
    originals: tuple[Score, ...]  # the collection's pieces with all their parts

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> ComparedPieces:
        """Compose or read what the options ask for."""
        checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
        source = arguments.source or checkpoint.facts["source"]
        people = CollectionSides.of(source, checkpoint.encoding, checkpoint.folder)
        profile = TrainingProfile.load(checkpoint.folder)
        if profile.index is None:
            profile = people.profile()
        model = OnnxModel(checkpoint)
        composed: Sequence[Score]
        if arguments.folder:
            composed = load_collection(arguments.folder).scores
        else:
            settings = ComposeSettings(seed=arguments.seed)
            composed = compose_pieces(model, profile, arguments.pieces, settings)
        return cls(model, profile, tuple(composed), people, tuple(load_collection(source).scores))

    @property
    def composed_as_people(self) -> list[Score]:
        """The composed pieces as the model's encoding represents them."""
        return [self.model.encoding.canonical(score) for score in self.composed if len(score)]


def compose_pieces(
    model: Model,
    profile: TrainingProfile,
    count: int,
    settings: ComposeSettings,
    candidates: int = 0,
) -> list[Score]:
    """Compose pieces, one for each seed from the settings' on; the best of some candidates.

    Pieces of one seed have one metre, key and set of parts, by which a classifier that has seen
    some of them would know the others.
    """
    composer = Composer(model, profile)
    pieces: list[Score] = []
    for number in range(count):
        of_seed = replace(settings, seed=settings.seed + number, variations=1)
        [piece] = composer.compose(of_seed, candidates=candidates)
        pieces.append(piece.score)
        print(f"\r{number + 1} of {count} pieces composed", end="", file=sys.stderr)
    print(file=sys.stderr)
    return pieces
