"""Checks of settings: an InvalidSetting that says what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from musicgen.errors import InvalidSetting

Bounds: TypeAlias = Mapping[str, tuple[float, float]]  # least and most, by a setting's name


def within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidSetting(f"{name} {value} is not between {low} and {high}")


def all_within(settings: Any, bounds: Bounds) -> None:
    """Check each of the settings that has bounds."""
    for name, (low, high) in bounds.items():
        within(name.replace("_", " "), getattr(settings, name), low, high)


def one_of(name: str, value: str, choices: Iterable[str]) -> None:
    if value not in choices:
        raise InvalidSetting(f"{name} '{value[:80]}' is not one of {', '.join(choices)}")
