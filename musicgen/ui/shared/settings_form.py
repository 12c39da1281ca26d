"""Settings as widgets: one per field of a dataclass, which checks the values itself."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, Literal, TypeVar

import streamlit as st

from musicgen.training.settings import NUMBER_FORMATS, OPTIMIZERS, SCHEDULES

T = TypeVar("T")
N = TypeVar("N", int, float)

CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "number_format": NUMBER_FORMATS}
HELP = {
    "width": "units of a layer: more remember more, and learn more slowly",
    "layers": "layers one above the other",
    "dense": "units of the layer before the last",
    "dropout": "share of the units that is left out at random in training",
    "window": "tokens that a prediction depends on",
    "heads": "attention heads of a layer",
    "feed_forward": "units between two layers, as a multiple of the width",
    "context": "steps that a prediction depends on; windows must be at least as long",
    "epochs": "passes over the training pieces",
    "minutes": "ends the training after this time; 0 sets no limit",
    "batch_size": "windows in one batch; a smaller batch needs less memory",
    "length": "steps of a window; classic has its own",
    "learning_rate": "the highest; lower it when the loss jumps",
    "schedule": "cosine rises over the first 30 batches, then falls to a fiftieth at the end; "
    "constant stays",
    "weight_decay": "pull of the weights towards zero, with adamw",
    "average": "decay of the averaged weights per batch, such as 0.998; 0: no averaging",
    "label_smoothing": "share of a target that is spread over all values, such as 0.02",
    "clip_norm": "largest norm of all gradients together; 0: no clipping",
    "transpose_down": "largest random transposition down, in semitones",
    "transpose_up": "largest random transposition up, in semitones",
    "valid_share": "share of the pieces that is held out for validation; 0: none",
    "test_share": "share of the pieces that is held out for a test at the end; 0: none",
    "patience": "epochs without a better validation before training ends; 0: never",
    "seed": "the same seed gives the same training",
    "devices": "largest number of GPUs to train on; 0: all of them",
    "number_format": "fastest: half precision where this machine multiplies faster in it; float32: "
    "the same losses on several machines as on one",
}
LABELS = {"length": "Window length", "valid_share": "Validation share"}
_SMALL_STEP = 1e-4  # of numbers below 0.1


def settings_fields(settings: T, key: str, columns: int = 4) -> T:
    """Show a widget per field and return the edited settings.

    Raises MusicgenError when the values do not fit together.
    """
    places = st.columns(columns)
    bounds = getattr(settings, "BOUNDS", {})
    values = {}
    for index, field in enumerate(fields(settings)):  # type: ignore[arg-type]
        name = field.name
        with places[index % columns]:
            values[name] = _widget(name, getattr(settings, name), f"{key}-{name}", bounds.get(name))
    return type(settings)(**values)


def number_field(
    label: str,
    value: N,
    bounds: tuple[float, float],
    key: str,
    help: str | None = None,
    step: float | None = None,
    format: str | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> N:
    """Show a number field and return its number, with a note below when it is out of bounds.

    The settings check the bounds. Streamlit's own bounds would silently keep the number before.
    """
    allowed = f"from {_format(bounds[0])} to {_format(bounds[1])}"
    number = st.number_input(
        label, None, None, value, step=step, format=format, key=key, width=width,
        help=f"{help}; {allowed}" if help else allowed,
    )  # fmt: skip
    if not bounds[0] <= number <= bounds[1]:
        st.markdown(f":small[:red[{allowed}]]")
    return type(value)(number)


def setting_label(name: str) -> str:
    """Label of the widget of a setting: `Batch size` for `batch_size`."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _format(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"


def _widget(name: str, value: Any, key: str, bounds: tuple[float, float] | None) -> Any:
    label, help = setting_label(name), HELP.get(name)
    if name in CHOICES:
        choices = CHOICES[name]
        return st.selectbox(label, choices, index=choices.index(value), key=key, help=help)
    if isinstance(value, bool):
        return st.toggle(label, value, key=key, help=help)
    bounds = bounds or (-math.inf, math.inf)
    if isinstance(value, int):
        return number_field(label, value, bounds, key, help, step=1)
    if isinstance(value, float):
        small = abs(value) < 0.1 and name != "minutes"
        format, step = ("%g", _SMALL_STEP) if small else ("%.2f", 0.05)
        return number_field(label, value, bounds, key, help, step=step, format=format)
    return st.text_input(label, value, key=key, help=help)
