"""What a training will see and roughly how long it takes, before it is started.

What it runs on and how much memory it takes: `machine.py` and `memory.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.settings import ClassicSettings, ModelSettings
from musicgen.statistics.overview import (
    ENOUGH_FOR_LARGE,
    ENOUGH_FOR_SMALL,
    FEWEST_PIECES,
    size_verdict,
)
from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.prepare import SIDES
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import RunSettings

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
    """How fast a training goes on this machine."""

    predictions_per_second: float
    run: str  # that it was measured in
    scaled: bool = False  # from a model of another size or kind


def measured_speed(
    runs: Iterable[Run], settings: RunSettings, parameters: int | None = None
) -> Speed | None:
    """From the newest own run of the same model and encoding, or else of any.

    That of another model is scaled by the arithmetic of a prediction, where the parameters are
    known. None where no run was trained here yet.
    """
    scaled = None
    for run in runs:
        try:
            other, status = run.settings, run.written_status()
        except UnknownRun:
            continue
        if run.bundled or not status.steps_per_second:
            continue
        if other.model == settings.model and other.encoding == settings.encoding:
            return Speed(status.steps_per_second, run.name)
        if scaled is None and parameters and status.parameters:
            theirs = status.parameters * _steps_a_prediction(other.model)
            ratio = theirs / (parameters * _steps_a_prediction(settings.model))
            scaled = Speed(status.steps_per_second * ratio, run.name, scaled=True)
    return scaled


def _steps_a_prediction(model: ModelSettings) -> int:
    """`classic` goes through a whole window for each; the others predict at every step."""
    return model.window if isinstance(model, ClassicSettings) else 1


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
    if pieces >= FEWEST_PIECES and notes >= (ENOUGH_FOR_LARGE if large else ENOUGH_FOR_SMALL):
        return ""
    verdict = size_verdict(notes, pieces)
    if large:
        verdict += " This model is a larger one, and will learn them by heart the sooner."
    return f"{verdict} Watch the validation curve: where it turns, stop."
