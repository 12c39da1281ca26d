"""Steps of one piece of `parts`: its roles, its key, and the schedule of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musicgen.encoding.grid import BEATS, Grid
from musicgen.encoding.parts.roles import UNKNOWN_KEY, Role
from musicgen.encoding.parts.schedule import schedule
from musicgen.encoding.steps import Steps


@dataclass(frozen=True, eq=False)
class PartsSteps(Steps):
    """Steps with what is said of the piece as a whole."""

    roles: tuple[Role, ...] = ()
    key: int = UNKNOWN_KEY  # tonic as pitch class, 12 more in minor
    grid: Grid = BEATS

    @cached_property
    def schedule(self) -> tuple[np.ndarray, np.ndarray]:
        """Part and onset in grid units of each step: (N,), (N,)."""
        return schedule(self.fields, len(self.roles), self.grid)
