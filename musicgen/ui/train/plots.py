"""What a training leaves in its metrics, as plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.training.run_folder.metrics import Metrics, Table, smooth
from musicgen.ui.train.curves import HEIGHT, Curve, Plot

TRAIN, VALID, BEST = "#3a86d8", "#e69f00", "#009e73"
COLOURS = (TRAIN, VALID, BEST, "#cc79a7", "#56b4e9", "#d55e00", "#9a8c2c")

STEPS, EPOCHS, MINUTES = "Steps", "Epochs", "Minutes"
AXES = {STEPS: "step", EPOCHS: "epoch", MINUTES: "seconds"}  # column of the metrics by axis
AXIS_WORDS = {STEPS: "batches", EPOCHS: "epochs", MINUTES: "minutes of training"}
BITS, NATS = "Bits", "Nats"
NATS_PER_BIT = float(np.log(2))


@dataclass(frozen=True)
class View:
    """How curves are drawn."""

    axis: str = STEPS
    unit: str = BITS
    smoothing: float = 0.6  # what a value weighs against the one after it
    log: bool = False
    references: bool = True  # the levels of simpler models

    def __post_init__(self) -> None:
        if self.axis not in AXES or self.unit not in (BITS, NATS) or not 0 <= self.smoothing < 1:
            raise ValueError("there is no such view of the curves")

    @property
    def factor(self) -> float:
        """What a value in bits is multiplied by."""
        return NATS_PER_BIT if self.unit == NATS else 1.0


def loss_plot(
    metrics: Metrics, view: View, token: str = "note", references: Mapping[str, float] | None = None
) -> Plot:
    """Training by blocks of steps, validation by epoch, the best epoch marked.

    token: what a step is called. references: levels to compare with, in bits.
    """
    curves = []
    steps, epochs = metrics.steps, metrics.epochs
    if len(steps):
        across, losses = along(steps, view.axis), steps["loss"] * view.factor
        if view.smoothing:
            curves.append(Curve("training, as it is", across, losses, TRAIN, "faint"))
        curves.append(Curve("training", across, smooth(losses, view.smoothing), TRAIN))
    valid = epochs["valid_loss"] * view.factor
    told = np.isfinite(valid)
    if told.any():
        across = along(epochs, view.axis)
        curves.append(Curve("validation", across[told], valid[told], VALID))
        best = int(np.nanargmin(valid))
        name = f"best: {valid[best]:.3f} in epoch {int(epochs['epoch'][best])}"
        curves.append(Curve(name, across[[best]], valid[[best]], BEST, "star"))
    levels = {name: level * view.factor for name, level in (references or {}).items()}
    up = f"{view.unit.lower()} a {token}"
    return Plot(curves, AXIS_WORDS[view.axis], up, view.log, references=levels)


def field_plot(metrics: Metrics, what: str, up: str, view: View) -> Plot:
    """A value by field and epoch: training dotted, validation a line.

    what: `accuracy` or `bits`, as the metrics call it.
    """
    epochs, curves = metrics.epochs, []
    across = along(epochs, view.axis)
    for place, name in enumerate(epochs.names(f"{what}.")):
        colour = COLOURS[place % len(COLOURS)]
        training, validation = epochs[f"{what}.{name}"], epochs[f"valid_{what}.{name}"]
        curves.append(Curve(f"{name}, training", across, training, colour, "dotted"))
        if np.isfinite(validation).any():
            curves.append(Curve(f"{name}, validation", across, validation, colour))
    return Plot(curves, AXIS_WORDS[view.axis], up, zero=True)


def step_plot(
    metrics: Metrics, column: str, up: str, view: View, factor: float = 1.0, height: int = HEIGHT
) -> Plot:
    """A column of the step lines: the learning rate, the speed, memory."""
    steps = metrics.steps
    curve = Curve(up, along(steps, view.axis), steps[column] * factor, TRAIN)
    return Plot([curve], AXIS_WORDS[view.axis], up, zero=True, height=height)


def comparison_plot(runs: Sequence[tuple[str, Metrics]], view: View) -> Plot:
    """Validation of several runs by epoch; training where a run has no validation."""
    curves = []
    for place, (name, metrics) in enumerate(runs):
        table, column = metrics.epochs, "valid_loss"
        if not np.isfinite(table[column]).any():
            table, column, name = metrics.steps, "loss", f"{name} (training)"
        losses = table[column] * view.factor
        colour = COLOURS[place % len(COLOURS)]
        curves.append(Curve(name, along(table, view.axis), losses, colour))
    return Plot(curves, AXIS_WORDS[view.axis], f"{view.unit.lower()} a step, validation", view.log)


def along(table: Table, axis: str) -> np.ndarray:
    """Where the rows of a table lie on an axis: (N,)."""
    values = table[AXES[axis]]
    return values / 60 if axis == MINUTES else values
