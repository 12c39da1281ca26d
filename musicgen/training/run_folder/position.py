"""Position of a training in its epochs: progress.json of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from musicgen.json_files import read_json
from musicgen.models.checkpoints.checkpoint import PROGRESS
from musicgen.training.run_folder.reporter import Sums
from musicgen.training.run_folder.status import Amount, Count, Seconds

MAX_BYTES = 2**16


@dataclass(frozen=True)
class TrainingPosition:
    """Epoch and batch at which a training stands, and its best epoch so far."""

    epoch: Count = 0  # complete ones
    batch: Count = 0  # of the current epoch
    batch_size: Count = 0  # windows; 0 in checkpoints of earlier versions
    step: Count = 0  # batches in all epochs, of any size
    seconds: Seconds = 0.0  # of training
    best_epoch: Count = 0
    best_valid_loss: Amount | None = None  # bits a step
    sums: Sums = field(default_factory=dict)  # of the current epoch so far

    def with_batch_size(self, size: int, batches: int) -> TrainingPosition:
        """The same position where an epoch has `batches` batches of another size.

        The order of an epoch's windows does not depend on the batch size, so those already
        trained on are the first ones. Where they fill no whole number of batches, the rest is
        trained on again. Where the old batch size is unknown, the epoch starts again.
        """
        if not self.batch_size:
            return replace(self, batch_size=size, batch=0, sums={})
        batch = min(self.batch * self.batch_size // size, batches - 1)
        return replace(self, batch_size=size, batch=batch)


def read_position(checkpoint: Path) -> TrainingPosition:
    """Read the position that a checkpoint was saved at. Raises InvalidJson."""
    return read_json(checkpoint / PROGRESS, TrainingPosition, MAX_BYTES)
