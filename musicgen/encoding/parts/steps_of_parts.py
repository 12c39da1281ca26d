"""Steps of one piece of `parts`: its roles, its key, and the schedule of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from musicgen.encoding.grid import BEATS, Grid
from musicgen.encoding.parts.roles import UNKNOWN_KEY, Role
from musicgen.encoding.parts.schedule import schedule
from musicgen.encoding.steps import Steps


@dataclass(frozen=True, eq=False)
class GivenSteps:
    """All steps of parts that are known before they are reached, by onset in each part."""

    part: np.ndarray  # (N,)
    onset: np.ndarray  # (N,) grid units
    fields: np.ndarray  # (N, F)


@dataclass(frozen=True, eq=False)
class PartsSteps(Steps):
    """Steps with what is said of the piece as a whole."""

    roles: tuple[Role, ...] = ()
    key: int = UNKNOWN_KEY  # tonic as pitch class, 12 more in minor
    grid: Grid = BEATS
    form: str | None = None  # a letter a bar, see `theory.form`; None: the encoding tells none
    given: tuple[int, ...] = ()  # numbers of the parts that are known ahead of time
    given_steps: GivenSteps | None = None  # those of the given parts; None: they are in `fields`

    @cached_property
    def schedule(self) -> tuple[np.ndarray, np.ndarray]:
        """Part and onset in grid units of each step: (N,), (N,)."""
        return schedule(self.fields, len(self.roles), self.grid)


def with_given_parts(steps: Steps, chance: Sequence[float]) -> Steps:
    """The steps with random parts known ahead of time, for training.

    chance: numbers from 0 to 1, at least one more than there are parts. In half of the cases no
    part is given, in a quarter one, in a quarter each with a probability of a half.
    """
    if not isinstance(steps, PartsSteps) or chance[0] < 0.5 or len(steps.roles) < 2:
        return steps
    parts = len(steps.roles)
    given = tuple(part for part in range(parts) if chance[1 + part] < 0.5)
    if chance[0] < 0.75:
        given = (min(int(chance[1] * parts), parts - 1),)
    chosen = replace(steps, given=given)
    chosen.__dict__["schedule"] = steps.schedule
    return chosen
