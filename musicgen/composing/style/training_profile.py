"""What is known of the pieces that a model has learned from, kept in the run's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicgen.composing.originality.index import OriginalityIndex, load_index, save_index
from musicgen.composing.originality.report import held_out_overlap
from musicgen.composing.style.percentiles import (
    Reference,
    load_reference,
    reference_of,
    save_reference,
)
from musicgen.composing.style.style import MetreStyle, habits_of, load_habits, save_habits
from musicgen.encoding.steps import Encoding
from musicgen.score import Score


@dataclass(frozen=True)
class TrainingProfile:
    """The index of the training pieces, and what is usual among them."""

    index: OriginalityIndex | None = None
    reference: Reference = field(default_factory=dict)
    habits: tuple[MetreStyle, ...] = ()

    @classmethod
    def of(cls, checkpoint: Path) -> TrainingProfile:
        """From a checkpoint's folder, or from the run's that it belongs to; empty without one.

        BadIndex where the index is damaged.
        """
        for folder in (checkpoint, *checkpoint.parents[1:2]):
            index = load_index(folder)
            if index is not None:
                return cls(index, load_reference(folder), load_habits(folder))
        return cls()


def write_training_profile(
    folder: Path,
    training: Sequence[Score],
    held_out: Sequence[Score],
    nats: Sequence[float] = (),
    encoding: Encoding | None = None,
) -> TrainingProfile:
    """Write what is known of a run's training pieces, beside pieces that it never saw.

    nats: what the held-out pieces cost the model a note (natural log), where that is known.
    encoding: the model's. What is usual is then counted as it keeps the pieces: two voices on one
    key are one note there, which no composed piece could otherwise be compared with.
    """
    index = OriginalityIndex.build(training)
    if any(map(len, held_out)):
        index = index.with_held_out_overlap(held_out_overlap(held_out, index))
    kept = [encoding.canonical(score) for score in training] if encoding else training
    reference = reference_of(kept, nats)
    habits = habits_of(training)
    save_index(index, folder)
    save_reference(reference, folder)
    save_habits(habits, folder)
    return TrainingProfile(index, reference, habits)
