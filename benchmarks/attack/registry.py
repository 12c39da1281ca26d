"""The attacks that there are; a new one is a module with an `ATTACK` and a line here."""

from __future__ import annotations

from benchmarks.attack import full_disks, imported_runs, kills
from benchmarks.attack.attack import Attack

ATTACKS: tuple[Attack, ...] = (imported_runs.ATTACK, kills.ATTACK, full_disks.ATTACK)
