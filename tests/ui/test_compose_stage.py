from types import SimpleNamespace

import pytest

from musicgen.ui import compose_ask, compose_stage


@pytest.mark.parametrize(
    "bar, quiet, closes, said",
    [
        (0, 0.2, True, "Writing …"),
        (0, 3.4, True, "Writing … 3 s"),
        (40, 0.2, True, "Writing: bar 40 of 128"),
        (40, 2.0, True, "Writing: bar 40 of 128 … 2 s"),
        (125, 0.2, True, "Writing: bar 125 of 128"),
        (125, 29.6, True, "Writing: bar 125 of 128, then choosing how it ends … 30 s"),
        (125, 29.6, False, "Writing: bar 125 of 128 … 30 s"),
        (127, 0.2, True, "Writing: bar 127 of 128, then choosing how it ends …"),
    ],
)
def test_a_wait_is_counted_and_explained(monkeypatch, bar, quiet, closes, said):
    state = {compose_ask.key_of("closes"): closes}
    monkeypatch.setattr(compose_stage.st, "session_state", state)
    job = SimpleNamespace(stopped=False, bar=bar, bars=128, quiet=quiet)
    assert compose_stage._standing(job) == said
