"""Settings as widgets: one for each field of a dataclass, checked by the dataclass itself."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, Literal, TypeVar

import streamlit as st

from musicgen.training.settings import OPTIMIZERS, SCHEDULES

T = TypeVar("T")
N = TypeVar("N", int, float)

CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
WORDS = {
    "width": "units of each layer: more remember more, and learn more slowly",
    "layers": "layers one above the other",
    "dense": "units of the layer before the last",
    "dropout": "share of the units that is left out at random while it trains",
    "window": "tokens that a prediction looks back on",
    "heads": "attention heads of each layer",
    "feed_forward": "units between two layers, as a multiple of the width",
    "context": "steps that a prediction looks back on; windows must be at least as long",
    "epochs": "passes over the training pieces",
    "minutes": "ends the training after this time; 0 sets no limit",
    "batch_size": "windows that are learned from at once; less needs less memory",
    "length": "steps of a window; classic has its own",
    "learning_rate": "the highest; lower it where the loss jumps",
    "schedule": "cosine falls to a fiftieth at the end; constant stays",
    "weight_decay": "pull of the weights towards zero, with adamw",
    "average": "share that averaged weights keep each batch, such as 0.998; 0 does not average",
    "label_smoothing": "share of each target that is spread over all values, such as 0.02",
    "clip_norm": "largest step of all gradients together; 0 does not clip",
    "transpose_down": "semitones, at random, at most",
    "transpose_up": "semitones, at random, at most",
    "valid_share": "of the pieces, held out to see how it learns; 0 holds none out",
    "test_share": "of the pieces, kept for a test at the end; 0 keeps none",
    "patience": "epochs without a better validation before it ends; 0 never does",
    "seed": "the same seed gives the same training",
    "devices": "GPUs to train on at most; 0 takes all that are there",
}
_FINE = 1e-4  # step of small numbers


def settings_fields(settings: T, key: str, columns: int = 4) -> T:
    """The settings as they are after a person's changes; ValueError where they do not fit."""
    places = st.columns(columns)
    bounds = getattr(settings, "BOUNDS", {})
    values = {}
    for number_field, each in enumerate(fields(settings)):  # type: ignore[arg-type]
        with places[number_field % columns]:
            values[each.name] = _widget(
                each.name,
                getattr(settings, each.name),
                f"{key}-{each.name}",
                bounds.get(each.name),
            )
    return type(settings)(**values)


def number_field(
    label: str,
    value: N,
    bounds: tuple[float, float],
    key: str,
    words: str | None = None,
    step: float | None = None,
    shape: str | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> N:
    """A number; whether it is within bounds is said below, and for the settings to check.

    Streamlit's own bounds would go on with the number before without a word.
    """
    allowed = f"from {_plain(bounds[0])} to {_plain(bounds[1])}"
    found = st.number_input(
        label, None, None, value, step=step, format=shape, key=key, width=width,
        help=f"{words}; {allowed}" if words else allowed,
    )  # fmt: skip
    if not bounds[0] <= found <= bounds[1]:
        st.markdown(f":small[:red[{allowed}]]")
    return type(value)(found)


def _plain(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _widget(name: str, value: Any, key: str, bounds: tuple[float, float] | None) -> Any:
    label, words = name.replace("_", " "), WORDS.get(name)
    if name in CHOICES:
        choices = CHOICES[name]
        return st.selectbox(label, choices, index=choices.index(value), key=key, help=words)
    if isinstance(value, bool):
        return st.toggle(label, value, key=key, help=words)
    bounds = bounds or (-math.inf, math.inf)
    if isinstance(value, int):
        return number_field(label, value, bounds, key, words, step=1)
    if isinstance(value, float):
        small = abs(value) < 0.1
        shape, step = ("%.5f", _FINE) if small and name != "minutes" else ("%.2f", 0.05)
        return number_field(label, value, bounds, key, words, step=step, shape=shape)
    return st.text_input(label, value, key=key, help=words)
