"""Size and duration of a training: batches an epoch, speed, seconds, epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicgen.encoding.steps import Encoding, Steps
from musicgen.models.settings import ClassicSettings, ModelSettings
from musicgen.statistics.overview import (
    MIN_NOTES_LARGE_MODEL,
    MIN_NOTES_SMALL_MODEL,
    MIN_PIECES,
    size_verdict,
)
from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.prepare import SIDES
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import RunSettings

SMALL_WIDTH = 320  # units of a layer; a small collection suffices for models up to this


@dataclass(frozen=True)
class Workload:
    """Amount of data in one epoch."""

    pieces: Mapping[str, int]  # by side
    predictions: int  # of the training side
    batches: int


def count_workload(
    encoding: Encoding, pieces: Sequence[Steps], sides: Sequence[str], settings: RunSettings
) -> Workload:
    """Count pieces, predictions and batches of an epoch. sides: the sides of the pieces."""
    by_side = {
        side: [
            steps
            for steps, piece_side in zip(pieces, sides, strict=True)
            if piece_side == side and len(steps)
        ]
        for side in SIDES
    }
    counts = {side: len(steps) for side, steps in by_side.items()}
    train, batch_size, model = by_side["train"], settings.train.batch_size, settings.model
    predictions = sum(map(len, train))
    if isinstance(model, ClassicSettings):
        classic = ClassicWindows(train, encoding, model.window, batch_size)
        return Workload(counts, max(0, predictions - model.window), classic.batches)
    windows = Windows(train, encoding, settings.train.length, batch_size)
    return Workload(counts, predictions, windows.batches)


@dataclass(frozen=True)
class Speed:
    """Training speed on this machine."""

    predictions_per_second: float
    run: str  # in which it was measured
    scaled: bool = False  # from a model of another size or kind


def estimate_speed(
    runs: Iterable[Run], settings: RunSettings, parameters: int | None = None
) -> Speed | None:
    """Speed of the newest own run of the same model and encoding, else of any own run.

    The speed of another model is scaled by the number of operations a prediction, where the
    parameters are known. None where no run was trained on this machine.
    """
    scaled = None
    for run in runs:
        try:
            other, status = run.settings, run.stored_status()
        except UnknownRun:
            continue
        if run.bundled or not status.steps_per_second:
            continue
        if other.model == settings.model and other.encoding == settings.encoding:
            return Speed(status.steps_per_second, run.name)
        if scaled is None and parameters and status.parameters:
            other_operations = status.parameters * _steps_a_prediction(other.model)
            ratio = other_operations / (parameters * _steps_a_prediction(settings.model))
            scaled = Speed(status.steps_per_second * ratio, run.name, scaled=True)
    return scaled


def _steps_a_prediction(model: ModelSettings) -> int:
    """Steps computed for one prediction: a window for `classic`, one for the other models."""
    return model.window if isinstance(model, ClassicSettings) else 1


def expected_seconds(
    settings: RunSettings, workload: Workload, speed: Speed | None
) -> float | None:
    """Upper bound of a training's duration; None where it is unknown."""
    by_time = 60 * settings.train.minutes or None
    if speed is None:
        return by_time
    by_epochs = settings.train.epochs * workload.predictions / speed.predictions_per_second
    return min(by_epochs, by_time) if by_time else by_epochs


def expected_epochs(seconds: float | None, workload: Workload, speed: Speed | None) -> float | None:
    """Number of epochs in a training of `seconds`; None where it is unknown."""
    if seconds is None or speed is None or not workload.predictions:
        return None
    return seconds * speed.predictions_per_second / workload.predictions


def size_warning(settings: RunSettings, notes: int, pieces: int) -> str:
    """Warning that a collection is too small for a model; empty where it is large enough."""
    large = isinstance(settings.model, ClassicSettings) or settings.model.width > SMALL_WIDTH
    min_notes = MIN_NOTES_LARGE_MODEL if large else MIN_NOTES_SMALL_MODEL
    if pieces >= MIN_PIECES and notes >= min_notes:
        return ""
    verdict = size_verdict(notes, pieces)
    if large:
        verdict += " This model is a large one, which memorises a small collection sooner."
    return f"{verdict} Watch the validation curve: stop when it begins to rise."
