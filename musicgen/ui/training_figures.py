"""What a training leaves in its metrics as Plotly curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from musicgen.training.metrics import Metrics, Table, smoothed, thinned

HEIGHT = 380  # pixels
MOST_POINTS = 500  # of a curve
TRAIN, VALID = "#3a86d8", "#e69f00"
BEST = "#009e73"
COLOURS = (TRAIN, VALID, BEST, "#cc79a7", "#56b4e9", "#d55e00", "#9a8c2c")
_CLEAR = "rgba(0,0,0,0)"

STEPS, EPOCHS, MINUTES = "Steps", "Epochs", "Minutes"
AXES = {STEPS: "step", EPOCHS: "epoch", MINUTES: "seconds"}  # column of the metrics by axis
BITS, NATS = "Bits", "Nats"
NATS_PER_BIT = float(np.log(2))


@dataclass(frozen=True)
class View:
    """How curves are drawn."""

    axis: str = STEPS
    unit: str = BITS
    smoothing: float = 0.6  # what a value weighs against the one after it
    log: bool = False

    @property
    def factor(self) -> float:
        return NATS_PER_BIT if self.unit == NATS else 1.0


def loss_figure(
    metrics: Metrics,
    view: View,
    token: str = "note",
    references: Mapping[str, float] | None = None,
    revision: str = "",
) -> go.Figure:
    """Training by step blocks, validation by epoch, the best epoch marked.

    token: what a step is called. references: levels to compare with, in bits. revision: zoom
    is kept while it is the same.
    """
    figure = go.Figure()
    steps, epochs = metrics.steps, metrics.epochs
    words = f"%{{y:.3f}} {view.unit.lower()} at %{{x:,.4~g}}"
    if len(steps):
        across, losses = along(steps, view.axis), steps["loss"] * view.factor
        smooth = smoothed(losses, view.smoothing)
        if view.smoothing:
            figure.add_trace(_line(across, losses, "training, as it is", TRAIN, 1, words, 0.3))
        figure.add_trace(_line(across, smooth, "training", TRAIN, 2, words))
    valid = epochs["valid_loss"] * view.factor
    told = np.isfinite(valid)
    if told.any():
        across = along(epochs, view.axis)
        figure.add_trace(
            _line(across[told], valid[told], "validation", VALID, 2, words, marks=told.sum() < 60)
        )
        best = int(np.nanargmin(valid))
        figure.add_trace(_best(across[best], valid[best], int(epochs["epoch"][best]), view))
    for name, level in (references or {}).items():
        _reference(figure, name, level * view.factor)
    return _laid_out(
        figure, _axis_title(view.axis), f"{view.unit.lower()} a {token}", view.log, revision
    )


def field_figure(
    metrics: Metrics, what: str, title: str, view: View, revision: str = ""
) -> go.Figure:
    """A value by field and epoch: training dotted, validation a line.

    what: `accuracy` or `bits`, as the metrics call it.
    """
    figure = go.Figure()
    epochs = metrics.epochs
    across = along(epochs, view.axis)
    for place, name in enumerate(epochs.names(f"{what}.")):
        colour = COLOURS[place % len(COLOURS)]
        for prefix, dash, side in (("", "dot", "training"), ("valid_", "solid", "validation")):
            values = epochs[f"{prefix}{what}.{name}"]
            words = f"{name}, {side}: %{{y:.3~g}}"
            trace = _line(across, values, f"{name}, {side}", colour, 2, words, marks=True)
            figure.add_trace(trace.update(line={"dash": dash}))
    figure = _laid_out(figure, _axis_title(view.axis), title, False, revision)
    return figure.update_yaxes(rangemode="tozero")


def step_figure(
    metrics: Metrics, column: str, title: str, view: View, factor: float = 1.0, revision: str = ""
) -> go.Figure:
    """A column of the step lines: the learning rate, the speed, memory."""
    steps = metrics.steps
    trace = _line(
        along(steps, view.axis), steps[column] * factor, title, TRAIN, 2, f"{title} %{{y:.4~g}}"
    )
    figure = _laid_out(go.Figure(trace), _axis_title(view.axis), title, False, revision)
    return figure.update_yaxes(rangemode="tozero").update_layout(height=260, showlegend=False)


def comparison_figure(
    runs: Sequence[tuple[str, Metrics]], view: View, revision: str = ""
) -> go.Figure:
    """Validation of several runs by epoch; training where a run has no validation yet."""
    figure = go.Figure()
    for place, (name, metrics) in enumerate(runs):
        colour = COLOURS[place % len(COLOURS)]
        table, column = metrics.epochs, "valid_loss"
        if not np.isfinite(table[column]).any():
            table, column = metrics.steps, "loss"
        told = np.isfinite(table[column])
        across, losses = along(table, view.axis)[told], table[column][told] * view.factor
        said = name if column == "valid_loss" else f"{name} (training)"
        words = f"{_plain(said)}: %{{y:.3f}} at %{{x:,.4~g}}"
        figure.add_trace(
            _line(across, losses, _plain(said), colour, 2, words, marks=len(losses) < 60)
        )
    title = f"{view.unit.lower()} a step, validation"
    return _laid_out(figure, _axis_title(view.axis), title, view.log, revision)


def along(table: Table, axis: str) -> np.ndarray:
    """Where the rows of a table lie on an axis: (N,)."""
    values = table[AXES[axis]]
    return values / 60 if axis == MINUTES else values


def _axis_title(axis: str) -> str:
    return {STEPS: "batches", EPOCHS: "epochs", MINUTES: "minutes of training"}[axis]


def _line(
    across: np.ndarray,
    up: np.ndarray,
    name: str,
    colour: str,
    width: float,
    words: str,
    opacity: float = 1.0,
    marks: bool = False,
) -> go.Scatter:
    return go.Scatter(
        x=thinned(across, MOST_POINTS),
        y=thinned(up, MOST_POINTS),
        name=name,
        mode="lines+markers" if marks or len(across) == 1 else "lines",
        line={"color": colour, "width": width},
        marker={"size": 5},
        opacity=opacity,
        hovertemplate=words + "<extra></extra>",
    )


def _best(across: float, up: float, epoch: int, view: View) -> go.Scatter:
    return go.Scatter(
        x=[across],
        y=[up],
        name=f"best: {up:.3f} in epoch {epoch}",
        mode="markers",
        marker={"symbol": "star", "size": 13, "color": BEST},
        hovertemplate=f"best epoch, {epoch}: %{{y:.3f}} {view.unit.lower()}<extra></extra>",
    )


def _reference(figure: go.Figure, name: str, level: float) -> None:
    figure.add_hline(
        y=level,
        line={"dash": "dash", "width": 1, "color": "#8a8f98"},
        annotation={"text": f"{name} {level:.2f}", "font": {"size": 11, "color": "#8a8f98"}},
        annotation_position="top right",
    )


def _laid_out(figure: go.Figure, across: str, up: str, log: bool, revision: str) -> go.Figure:
    return figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
        uirevision=revision or "same",
        xaxis={"title": {"text": across}},
        yaxis={"title": {"text": up}, "type": "log" if log else "linear"},
    )


def _plain(text: str) -> str:
    """Text that Plotly cannot take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
