"""The attacks that there are; a new one is a module with an `ATTACK` and a line here."""

from __future__ import annotations

from benchmarks.attack import imported_runs
from benchmarks.attack.attack import Attack

ATTACKS: tuple[Attack, ...] = (imported_runs.ATTACK,)
