"""Settings of runs as rows of a table: a name in words and a rounded value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from musicgen.training.settings import RunSettings
from musicgen.ui.shared.settings_form import LABELS


def settings_rows(settings: RunSettings) -> dict[str, str]:
    """Return nested settings as one level: `training: learning rate` -> `0.002`."""
    return {name: format_setting(value) for name, value in _flatten(settings.to_json()).items()}


def format_setting(value: Any) -> str:
    """Return a value for people: numbers with at most four significant digits."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "—"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(format_setting(item) for item in value) or "—"
    return str(value) or "—"


def _flatten(entry: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in entry.items():
        label = prefix + LABELS.get(name, name).replace("_", " ").lower()
        if isinstance(value, dict):
            flat |= _flatten(value, f"{'training' if name == 'train' else label}: ")
        else:
            flat[label] = value
    return flat
