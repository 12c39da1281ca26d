from types import SimpleNamespace

import pytest

from musicgen.ui.compose.form import state
from musicgen.ui.compose.piece import player_view


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
    values = {state.key_of("closes"): closes}
    monkeypatch.setattr(player_view.st, "session_state", values)
    job = SimpleNamespace(stopped=False, bar=bar, bars=128, seconds_since_report=quiet)
    assert player_view._standing(job) == said


@pytest.mark.parametrize("coming", [True, False])
def test_a_piece_is_drawn_again_and_again_only_until_its_sound_is_there(monkeypatch, coming):
    asked = []

    def asks(patience: float) -> bool:
        asked.append(patience)
        return coming

    monkeypatch.setattr(player_view, "_sound_is_coming", asks)
    monkeypatch.setattr(player_view, "desk", lambda: SimpleNamespace(piece=None))
    app_ran_again = []
    monkeypatch.setattr(player_view.st, "rerun", lambda: app_ran_again.append(True))
    player_view._shown(waits=False)
    assert (asked, app_ran_again) == ([], [])
    player_view._shown(waits=True)
    assert asked == [0]
    assert app_ran_again == ([] if coming else [True])
