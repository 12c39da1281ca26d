"""What a training will see and roughly how long it takes, before it is started.

What it runs on and how much memory it takes: `machine.py` and `memory.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicgen.corpus.glance import (
    ENOUGH_FOR_LARGE,
    ENOUGH_FOR_SMALL,
    FEWEST_PIECES,
    size_verdict,
)
from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.settings import ClassicSettings
from musicgen.training.classic_windows import ClassicWindows
from musicgen.training.data import SIDES
from musicgen.training.run import Run, UnknownRun
from musicgen.training.settings import RunSettings
from musicgen.training.windows import Windows

SMALL_WIDTH = 320  # units of a layer: the models that a small collection suffices for


@dataclass(frozen=True)
class Workload:
    """What one epoch is."""

    pieces: Mapping[str, int]  # by side
    predictions: int  # of the side `train`
    batches: int


def workload(
    encoding: Encoding, pieces: Sequence[Steps], sides: Sequence[str], settings: RunSettings
) -> Workload:
    """Count what a training will see; the pieces are in the encoding, each on its side."""
    by_side = {
        side: [s for s, at in zip(pieces, sides, strict=True) if at == side and len(s)]
        for side in SIDES
    }
    counts = {side: len(of) for side, of in by_side.items()}
    learned, batch, model = by_side["train"], settings.train.batch_size, settings.model
    predictions = sum(map(len, learned))
    if isinstance(model, ClassicSettings):
        windows = ClassicWindows(learned, encoding, model.window, batch)
        return Workload(counts, max(0, predictions - model.window), windows.batches)
    batches = Windows(learned, encoding, settings.train.length, batch).batches
    return Workload(counts, predictions, batches)


@dataclass(frozen=True)
class Speed:
    """How fast a training of the same kind went on this machine."""

    predictions_per_second: float
    run: str  # that it was measured in


def measured_speed(runs: Iterable[Run], settings: RunSettings) -> Speed | None:
    """From the newest own run of the same model and encoding; None where there is none yet."""
    for run in runs:
        try:
            other, status = run.settings, run.written_status()
        except UnknownRun:
            continue
        same = other.model == settings.model and other.encoding == settings.encoding
        if same and not run.bundled and status.steps_per_second:
            return Speed(status.steps_per_second, run.name)
    return None


def expected_seconds(settings: RunSettings, work: Workload, speed: Speed | None) -> float | None:
    """How long the training takes at most; None where nobody knows."""
    by_time = 60 * settings.train.minutes or None
    if speed is None:
        return by_time
    by_epochs = settings.train.epochs * work.predictions / speed.predictions_per_second
    return min(by_epochs, by_time) if by_time else by_epochs


def expected_epochs(seconds: float | None, work: Workload, speed: Speed | None) -> float | None:
    """How many passes a training of so long makes; None where nobody knows."""
    if seconds is None or speed is None or not work.predictions:
        return None
    return seconds * speed.predictions_per_second / work.predictions


def size_warning(settings: RunSettings, notes: int, pieces: int) -> str:
    """Where a collection is small for a model, what will come of it; nothing where it is not."""
    large = isinstance(settings.model, ClassicSettings) or settings.model.width > SMALL_WIDTH
    if pieces < FEWEST_PIECES or notes < (ENOUGH_FOR_LARGE if large else ENOUGH_FOR_SMALL):
        return f"{size_verdict(notes, pieces)} Watch the validation curve: where it turns, stop."
    return ""
