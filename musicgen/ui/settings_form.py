"""Settings as widgets: one for each field of a dataclass, checked by the dataclass itself."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import streamlit as st

from musicgen.training.settings import OPTIMIZERS, SCHEDULES

T = TypeVar("T")

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


def edited(settings: T, key: str, columns: int = 4) -> T:
    """The settings as they are after a person's changes; ValueError where they do not fit."""
    places = st.columns(columns)
    values = {}
    for number, each in enumerate(fields(settings)):  # type: ignore[arg-type]
        with places[number % columns]:
            values[each.name] = _widget(
                each.name, getattr(settings, each.name), f"{key}-{each.name}"
            )
    return type(settings)(**values)


def _widget(name: str, value: Any, key: str) -> Any:
    label, words = name.replace("_", " "), WORDS.get(name)
    if name in CHOICES:
        choices = CHOICES[name]
        return st.selectbox(label, choices, index=choices.index(value), key=key, help=words)
    if isinstance(value, bool):
        return st.toggle(label, value, key=key, help=words)
    if isinstance(value, int):
        return int(st.number_input(label, 0, None, value, step=1, key=key, help=words))
    if isinstance(value, float):
        small = abs(value) < 0.1
        shape, step = ("%.5f", _FINE) if small and name != "minutes" else ("%.2f", 0.05)
        return float(
            st.number_input(label, 0.0, None, value, step=step, format=shape, key=key, help=words)
        )
    return st.text_input(label, value, key=key, help=words)
