"""The attacks that there are; a new one is a module with an `ATTACK` and a line here."""

from __future__ import annotations

from benchmarks.attack import (
    full_disks,
    hostile_files,
    imported_runs,
    killed_programs,
    killed_servers,
    kills,
    mutated_files,
    requests_of_other_sites,
    sessions,
)
from benchmarks.attack.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    hostile_files.ATTACK,
    requests_of_other_sites.ATTACK,
    *killed_programs.ATTACKS,
    killed_servers.ATTACK,
    *imported_runs.ATTACKS,
    kills.ATTACK,
    full_disks.ATTACK,
    sessions.ATTACK,
    *mutated_files.ATTACKS,
)
