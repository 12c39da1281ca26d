"""Plots of a training's metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.training.run_folder.metrics import Metrics, Table, smooth
from musicgen.ui.shared.text import FIELD_WORDS
from musicgen.ui.train.curves import HEIGHT_PIXELS, Curve, Plot

TRAIN, VALID, BEST = "#3a86d8", "#e69f00", "#009e73"
COLOURS = (TRAIN, VALID, BEST, "#cc79a7", "#56b4e9", "#d55e00", "#9a8c2c")

BATCHES, EPOCHS, MINUTES = "Batches", "Epochs", "Minutes"
AXES = {BATCHES: "step", EPOCHS: "epoch", MINUTES: "seconds"}  # column of the metrics by axis
AXIS_LABELS = {BATCHES: "batches", EPOCHS: "epochs", MINUTES: "minutes of training"}
BITS, NATS = "Bits", "Nats"
ROBUST_QUANTILE, ROBUST_MARGIN = 0.9, 0.5  # of the losses; room above, as a share of the range
MIN_POINTS = 20  # fewer are drawn as they are
NATS_PER_BIT = float(np.log(2))


@dataclass(frozen=True)
class View:
    """Axis, unit, smoothing and scale of the curves; InvalidSetting when there is no such view."""

    axis: str = BATCHES
    unit: str = BITS
    smoothing: float = 0.6  # weight of the value before, 0 to 1
    log: bool = False
    references: bool = True  # whether reference lines are drawn
    robust: bool = True  # whether the first losses, far above the others, are left out

    def __post_init__(self) -> None:
        if self.axis not in AXES or self.unit not in (BITS, NATS) or not 0 <= self.smoothing < 1:
            raise InvalidSetting("there is no such view of the curves")

    @property
    def factor(self) -> float:
        """Factor from bits to the unit of the view."""
        return NATS_PER_BIT if self.unit == NATS else 1.0


def loss_plot(
    metrics: Metrics, view: View, token: str = "note", references: Mapping[str, float] | None = None
) -> Plot:
    """Plot the training loss by batches and the validation loss by epochs, with the best epoch.

    token: name of a step. references: bits a step of simpler models, by name.
    """
    curves = []
    steps, epochs = metrics.steps, metrics.epochs
    if len(steps):
        x, losses = x_values(steps, view.axis), steps["loss"] * view.factor
        if view.smoothing:
            curves.append(Curve("training, raw", x, losses, TRAIN, "faint"))
        curves.append(Curve("training", x, smooth(losses, view.smoothing), TRAIN))
    valid = epochs["valid_loss"] * view.factor
    finite = np.isfinite(valid)
    if finite.any():
        x = x_values(epochs, view.axis)
        curves.append(Curve("validation", x[finite], valid[finite], VALID))
        best = int(np.nanargmin(valid))
        name = f"best: {valid[best]:.2f} in epoch {int(epochs['epoch'][best])}"
        curves.append(Curve(name, x[[best]], valid[[best]], BEST, "star"))
    levels = {name: level * view.factor for name, level in (references or {}).items()}
    y_label = f"{view.unit.lower()} a {token}"
    top = robust_top([curve.y for curve in curves]) if view.robust else None
    if top is not None:
        levels = {name: level for name, level in levels.items() if level <= top}
    return Plot(curves, AXIS_LABELS[view.axis], y_label, view.log, references=levels, top=top)


def robust_top(losses: Sequence[np.ndarray]) -> float | None:
    """Upper limit of a plot of falling losses (N,), without their steep beginning.

    None where there are few points, or where the beginning is no higher than that.
    """
    values = np.concatenate([np.asarray(loss, float) for loss in losses] or [np.empty(0)])
    values = values[np.isfinite(values)]
    if len(values) < MIN_POINTS:
        return None
    low, high = np.quantile(values, (0.0, ROBUST_QUANTILE))
    top = float(high + (high - low) * ROBUST_MARGIN)
    return top if top < values.max() else None


def field_plot(metrics: Metrics, metric: str, y_label: str, view: View) -> Plot:
    """Plot a metric of the fields by epochs: training dotted, validation as a line.

    metric: `accuracy` or `bits`.
    """
    epochs, curves = metrics.epochs, []
    x = x_values(epochs, view.axis)
    for index, name in enumerate(epochs.names(f"{metric}.")):
        colour = COLOURS[index % len(COLOURS)]
        training, validation = epochs[f"{metric}.{name}"], epochs[f"valid_{metric}.{name}"]
        words = FIELD_WORDS.get(name, name)
        curves.append(Curve(f"{words}, training", x, training, colour, "dotted"))
        if np.isfinite(validation).any():
            curves.append(Curve(f"{words}, validation", x, validation, colour))
    return Plot(curves, AXIS_LABELS[view.axis], y_label, from_zero=True)


def step_plot(
    metrics: Metrics,
    column: str,
    y_label: str,
    view: View,
    factor: float = 1.0,
    height: int = HEIGHT_PIXELS,
) -> Plot:
    """Plot one column by batches: the learning rate, the speed or the memory."""
    steps = metrics.steps
    curve = Curve(y_label, x_values(steps, view.axis), steps[column] * factor, TRAIN)
    return Plot([curve], AXIS_LABELS[view.axis], y_label, from_zero=True, height=height)


def comparison_plot(runs: Sequence[tuple[str, Metrics]], view: View, token: str = "step") -> Plot:
    """Plot the validation loss of several runs; the training loss of a run without validation.

    token: name of a step of all of them.
    """
    curves = []
    for index, (name, metrics) in enumerate(runs):
        table, column = metrics.epochs, "valid_loss"
        if not np.isfinite(table[column]).any():
            table, column, name = metrics.steps, "loss", f"{name} (training)"
        losses = table[column] * view.factor
        colour = COLOURS[index % len(COLOURS)]
        curves.append(Curve(name, x_values(table, view.axis), losses, colour))
    y_label = f"{view.unit.lower()} a {token}, validation"
    top = robust_top([curve.y for curve in curves]) if view.robust else None
    return Plot(curves, AXIS_LABELS[view.axis], y_label, view.log, top=top)


def x_values(table: Table, axis: str) -> np.ndarray:
    """Return the rows' places on an axis: (N,)."""
    values = table[AXES[axis]]
    return values / 60 if axis == MINUTES else values
