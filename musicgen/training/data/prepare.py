"""Preparation of a collection for training: split by piece, encoding, windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.corpus.collection import Collection
from musicgen.corpus.recorded_split import RecordedSplit, split_as_recorded
from musicgen.encoding.registry import encode_for_training, fit_encoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import MusicgenError
from musicgen.models.settings import ClassicSettings
from musicgen.score import Score
from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.windows import Windows, lengths_of
from musicgen.training.settings import RunSettings

SIDES = ("train", "valid", "test")
MAX_PRIMERS = 32  # windows of training pieces in a `classic` checkpoint


class TooLittleMusic(MusicgenError):
    """The training side of a collection has not enough steps for one window."""


@dataclass(frozen=True)
class TrainingData:
    """A collection that is split into the sides train, valid and test, and encoded."""

    encoding: Encoding
    scores: Mapping[str, tuple[Score, ...]]  # by side, without empty pieces
    pieces: Mapping[str, Sequence[Steps]]  # the same, encoded
    settings: RunSettings
    is_sample: bool = False  # `scores` are of some of the pieces: not all fit in memory

    def windows(self, side: str) -> Windows | ClassicWindows:
        """Windows over the pieces of one side, as the model needs them."""
        model, batch = self.settings.model, self.settings.train.batch_size
        if isinstance(model, ClassicSettings):
            return ClassicWindows(self.pieces[side], self.encoding, model.window, batch)
        return Windows(self.pieces[side], self.encoding, self.settings.train.length, batch)

    def names(self) -> dict[str, list[str]]:
        """Names of the pieces by side."""
        return {side: [score.name for score in scores] for side, scores in self.scores.items()}

    def primers(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Random windows of training pieces, which `classic` needs to begin from; else none."""
        model = self.settings.model
        if not isinstance(model, ClassicSettings):
            return []
        candidates = [steps.fields for steps in self.pieces["train"] if len(steps) >= model.window]
        chosen = rng.permutation(len(candidates))[:MAX_PRIMERS]
        return [candidates[i][: model.window] for i in chosen]  # (window, F)


def prepare(
    collection: Collection,
    settings: RunSettings,
    encoding: Encoding | None = None,
    recorded: RecordedSplit | None = None,
) -> TrainingData:
    """Split a collection by piece and encode it; TooLittleMusic where no batch can be trained on.

    encoding: that of the checkpoint to start from; None fits one to the collection.
    recorded: the split to keep, of a training that goes on (`run_split.py`).
    """
    sides = split_as_recorded(collection.scores, recorded or {}, settings.train.shares)
    encoding = encoding or fit_encoding(settings.encoding, collection.scores, settings.left_out)
    scores = {
        side: tuple(
            score
            for score, at in zip(collection.scores, sides, strict=True)
            if at == side and len(score)
        )
        for side in SIDES
    }
    pieces = {
        side: tuple(encode_for_training(encoding, score) for score in scores[side])
        for side in SIDES
    }
    return check_enough(TrainingData(encoding, scores, pieces, settings), collection.name)


def check_enough(data: TrainingData, name: str) -> TrainingData:
    """The data of a collection; TooLittleMusic where no batch can be trained on."""
    if not data.windows("train").batches:
        pieces = data.pieces["train"]
        raise TooLittleMusic(
            f"'{name}' has too little music to train on: "
            f"{lengths_of(pieces).sum()} steps in {len(pieces)} pieces"
        )
    return data
