"""Collections in memory: what other views count is worked out before they are opened."""

import time

import pytest

from musicgen.ui.data import open_collection


def test_views_that_are_not_open_are_counted_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_collection, "PRECOMPUTE_DELAY_SECONDS", 0.01)
    analysis = open_collection._read("bach-chorales", lambda done, total: None)
    until = time.monotonic() + 30
    while "polyphony" not in vars(analysis) and time.monotonic() < until:
        time.sleep(0.01)
    assert {"durations", "onsets", "metres", "tempi", "velocities", "polyphony"} <= set(
        vars(analysis)
    )
    assert "intervals" not in vars(analysis)  # the first view asks for them itself
