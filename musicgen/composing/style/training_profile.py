"""Profile of the pieces that a model was trained on, saved in the run's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicgen.composing.originality.index import FILE as INDEX_FILE
from musicgen.composing.originality.index import BadIndex, OriginalityIndex, load_index, save_index
from musicgen.composing.originality.report import held_out_overlap
from musicgen.composing.style.measuring import measure_styles
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.percentiles import FILE as PERCENTILES_FILE
from musicgen.composing.style.percentiles import (
    NATS_PER_NOTE,
    MetricPercentiles,
    Percentiles,
    load_percentiles,
    metric_percentiles,
    save_percentiles,
)
from musicgen.composing.style.saving import FILE as STYLES_FILE
from musicgen.composing.style.saving import load_styles, save_styles
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import MusicgenError
from musicgen.file_hashes import DamagedFile, check_files
from musicgen.json_files import InvalidJson
from musicgen.score import Score

PROFILE_FILES = (INDEX_FILE, PERCENTILES_FILE, STYLES_FILE)


class DamagedProfile(MusicgenError):
    """A profile that is not as it was saved."""


@dataclass(frozen=True)
class TrainingProfile:
    """Index of the training pieces, percentiles of their metrics, and their style."""

    index: OriginalityIndex | None = None
    percentiles: MetricPercentiles = field(default_factory=dict)
    styles: tuple[MetreStyle, ...] = ()

    @classmethod
    def load(cls, checkpoint: Path) -> TrainingProfile:
        """Read the profile of a checkpoint's folder, or else of its run; empty without one.

        DamagedProfile where a file of it is damaged.
        """
        for folder in (checkpoint, *checkpoint.parents[1:2]):
            try:
                check_files(folder, PROFILE_FILES)
                index = load_index(folder)
                if index is not None:
                    return cls(index, load_percentiles(folder), load_styles(folder))
            except (BadIndex, DamagedFile, InvalidJson) as problem:
                raise DamagedProfile(
                    f"what '{folder.name}' was trained on cannot be read: {problem}; to compose "
                    f"without it, delete {', '.join(PROFILE_FILES)} in {folder}"
                ) from None
        return cls()


def write_training_profile(
    folder: Path,
    training: Sequence[Score],
    held_out: Sequence[Score],
    nats_per_note: Sequence[float] = (),
    encoding: Encoding | None = None,
    index: OriginalityIndex | None = None,
    steps: Sequence[Steps] = (),
) -> TrainingProfile:
    """Measure the training pieces of a run and write their profile into its folder.

    held_out: pieces that the model is not trained on.
    nats_per_note: costs of held-out pieces under the model, where that is known.
    encoding: the model's. Metrics are then those of the pieces as it encodes them (two voices on
    one key are one note there), as they are of composed pieces.
    index: of all training pieces, where `training` is a sample of them.
    steps: `training` as the encoding encodes it, where that is done.
    """
    if encoding is not None:
        training = [encoding.grid.on_clock(score) for score in training]
        held_out = [encoding.grid.on_clock(score) for score in held_out]
    if index is None:
        index = OriginalityIndex.build([score.pitched for score in training])
    if any(map(len, held_out)):
        pitched = [score.pitched for score in held_out]
        index = index.with_held_out_overlap(held_out_overlap(pitched, index))
    encoded = training
    if encoding is not None and steps:
        encoded = [encoding.decode(piece) for piece in steps]
    elif encoding is not None:
        encoded = [encoding.canonical(score) for score in training]
    percentiles = metric_percentiles(encoded, nats_per_note)
    save_index(index, folder)
    save_percentiles(percentiles, folder)
    styles = save_styles(measure_styles(training, encoding, steps), folder)
    return TrainingProfile(index, percentiles, styles)


def add_nats_per_note(folder: Path, nats_per_note: Sequence[float]) -> None:
    """Add the cost of held-out pieces under the trained model to a profile in a run's folder."""
    percentiles = load_percentiles(folder)
    cost = Percentiles.of(nats_per_note)
    if cost is not None:
        save_percentiles({**percentiles, NATS_PER_NOTE: cost}, folder)
