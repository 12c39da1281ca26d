"""Interfaces of what changes the logits of a step: rules (functions) and constraints (stateful)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from musicgen.encoding.steps import Features


@dataclass
class StepContext:
    """Inputs of a rule: what is known when one field of K pieces is drawn."""

    features: Features  # (K, width) by name
    now: np.ndarray  # (K,) grid steps, the latest onset
    before: np.ndarray  # (K, F) the step before
    drawn: np.ndarray  # (K, i) the fields of this step that are drawn already


Rule: TypeAlias = Callable[[StepContext, np.ndarray], np.ndarray]  # logits (K, V) -> (K, V)
Rules: TypeAlias = Mapping[str, tuple[Rule, ...]]  # by name of the field


class Constraint(Protocol):
    """Rules that depend on all steps so far: a state of K pieces, updated with each step."""

    def rules(self) -> Rules: ...

    def push(self, fields: np.ndarray) -> None:
        """Add the next steps of the pieces: (K, F)."""

    def select(self, rows: np.ndarray) -> None:
        """Go on with the pieces of these rows; a row may be named more than once."""
