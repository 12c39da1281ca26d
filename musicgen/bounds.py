"""Checks of settings, which raise an InvalidSetting that names the allowed values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from musicgen.errors import InvalidSetting

Bounds: TypeAlias = Mapping[str, tuple[float, float]]  # (lowest, highest) by name of a setting


def within(name: str, value: float, low: float, high: float) -> None:
    """Raise InvalidSetting if a value is not between `low` and `high`, both included."""
    if not low <= value <= high:
        raise InvalidSetting(f"{name} {value} is not between {low} and {high}")


def all_within(settings: Any, bounds: Bounds) -> None:
    """Raise InvalidSetting if a setting is out of its bounds."""
    for name, (low, high) in bounds.items():
        within(name.replace("_", " "), getattr(settings, name), low, high)


def one_of(name: str, value: str, choices: Iterable[str]) -> None:
    """Raise InvalidSetting if a value is not one of the choices."""
    if value not in choices:
        raise InvalidSetting(f"{name} '{value[:80]}' is not one of {', '.join(choices)}")
