"""Where a training is, beside what is in its variables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from musicgen.training.run_folder.report import Sums


@dataclass(frozen=True)
class Progress:
    """What `progress.json` of a checkpoint says."""

    epoch: int = 0  # complete ones
    batch: int = 0  # of the epoch that is being trained
    batch_size: int = 0  # windows of those batches; 0 where an older checkpoint does not say
    step: int = 0  # batches in all, of whichever size
    seconds: float = 0.0
    best_epoch: int = 0
    best_valid_loss: float | None = None
    sums: Sums = field(default_factory=dict)  # of the epoch so far

    def in_batches_of(self, size: int, batches: int) -> Progress:
        """The same place, in an epoch of so many batches of another size.

        The order of an epoch's windows does not depend on how many are taken at once: those that
        were seen are its first. Where they fill no whole number of batches, the few of the last
        are seen again. Where nobody knows how many they were, the epoch begins anew.
        """
        if not self.batch_size:
            return replace(self, batch_size=size, batch=0, sums={})
        batch = min(self.batch * self.batch_size // size, batches - 1)
        return replace(self, batch_size=size, batch=batch)
