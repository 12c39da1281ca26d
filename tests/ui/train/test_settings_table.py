"""Settings of runs in words and rounded."""

from __future__ import annotations

from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.ui.train.settings_table import format_setting, settings_rows


def test_numbers_are_rounded() -> None:
    assert format_setting(2.0247931259500014) == "2.025"
    assert format_setting(0.0001234567) == "0.0001235"
    assert format_setting(120000) == "120,000"
    assert format_setting(5.0) == "5"
    assert format_setting(True) == "yes"
    assert format_setting(None) == format_setting([]) == "—"


def test_nested_settings_are_one_level_in_words() -> None:
    rows = settings_rows(RunSettings("a run", "tunes", train=TrainSettings(batch_size=7)))
    assert rows["name"] == "a run"
    assert rows["training: batch size"] == "7"
    assert rows["training: window length"] == "128"  # as the form calls it
    assert rows["training: validation share"] == "0.1"
    assert not any("_" in name for name in rows)
