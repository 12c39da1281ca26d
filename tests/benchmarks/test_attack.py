"""Small samples of the attacks."""

import os
import sys

import pytest

from benchmarks.attack import full_disks, imported_runs, killed_programs, mutated_files
from benchmarks.attack.attack import Attack, carry_out

CAN_MOUNT = sys.platform == "linux" and os.geteuid() == 0


@pytest.mark.keras
def test_imported_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", "")  # the attack sets its own
    for attack in imported_runs.ATTACKS:
        outcome = carry_out(attack, count=15, seed=1)
        assert outcome.failures == []
        assert set(outcome.answers) >= {"refused", "sound"}


MUTATED = [
    pytest.param(attack, id=attack.name, marks=[pytest.mark.slow] * (attack.name == "bombs"))
    for attack in mutated_files.ATTACKS
]


@pytest.mark.parametrize("attack", MUTATED)
def test_mutated_files(attack: Attack) -> None:
    assert carry_out(attack, attack.sample, seed=3).failures == []


@pytest.mark.parametrize("attack", killed_programs.ATTACKS, ids=lambda attack: attack.name)
def test_killed_programs(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", "")
    assert carry_out(attack, count=attack.sample, seed=1).failures == []


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.skipif(not CAN_MOUNT, reason="a small disk can only be made by root on Linux")
def test_full_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", "")
    assert carry_out(full_disks.ATTACK, count=2, seed=1).failures == []
