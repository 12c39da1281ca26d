"""A small sample of the attacks on runs."""

import pytest

from benchmarks.attack import imported_runs
from benchmarks.attack.attack import carry_out


@pytest.mark.keras
def test_imported_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", "")  # the attack sets its own
    outcome = carry_out(imported_runs.ATTACK, count=25, seed=1)
    assert outcome.failures == []
    assert set(outcome.answers) >= {"refused", "sound"}
