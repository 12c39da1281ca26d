"""A few cases of each attack from outside; the whole of them is `python -m benchmarks.attack`."""

from __future__ import annotations

import pytest

from benchmarks.attack import hostile_files, requests_of_other_sites
from benchmarks.attack.attack import Attack, carry_out


@pytest.mark.parametrize(
    ("attack", "count"),
    [
        (hostile_files.ATTACK, 40),
        pytest.param(requests_of_other_sites.ATTACK, 40, marks=pytest.mark.slow),
    ],
    ids=lambda value: value.name if isinstance(value, Attack) else None,
)
def test_no_case_fails(
    attack: Attack, count: int, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))  # put back after the attack has changed it
    outcome = carry_out(attack, count, seed=0)
    assert outcome.failures == []
    assert outcome.cases == count
