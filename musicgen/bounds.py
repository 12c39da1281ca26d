"""Checks of settings: a ValueError that says what would be right."""

from __future__ import annotations

from collections.abc import Iterable


def within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} {value} is not between {low} and {high}")


def one_of(name: str, value: str, choices: Iterable[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} '{value[:80]}' is not one of {', '.join(choices)}")
