"""What a finished run is worth on pieces that it never saw, beside simple models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from musicgen.training.run_folder.run import Run

EVALUATION, BASELINES = "evaluation.json", "baselines.json"
SIDES = ("valid", "test")
MODEL = "this model"


def reference_levels(run: Run) -> dict[str, float]:
    """Bits a step that simple models need on the validation pieces, by name."""
    levels = {}
    for name, entry in _read(run, BASELINES).items():
        level = _number(entry, "bits_per_step", "valid")
        if level is not None:
            levels[name] = level
    return levels


def evaluation_view(run: Run) -> None:
    """Bits a note on both held-out sides, and the accuracy of each field."""
    judged, simple = _read(run, EVALUATION), _read(run, BASELINES)
    if not judged:
        st.info("A training is evaluated on pieces that it never saw when it has ended.")
        return
    rows: dict[str, dict[str, float | None]] = {
        name: {side: _number(entry, "bits_per_note", side) for side in SIDES}
        for name, entry in simple.items()
    }
    rows[MODEL] = {side: _number(judged, side, "bits_per_note") for side in SIDES}
    st.markdown("**Bits a note on held-out pieces** — less is better")
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index").rename_axis("model").round(3))
    st.markdown("**Accuracy of the best checkpoint by field**")
    accuracy = {side: judged.get(side, {}).get("accuracy", {}) for side in SIDES}
    st.dataframe(pd.DataFrame(accuracy).rename_axis("field").round(3))


def _read(run: Run, name: str) -> dict[str, Any]:
    """An object of a run's folder; empty where it is not there or not one."""
    try:
        entry = json.loads((run.folder / name).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(entry, dict):
        return {}
    return {key: value for key, value in entry.items() if isinstance(value, dict)}


def _number(entry: Mapping[str, Any], *path: str) -> float | None:
    value: Any = entry
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) else None
