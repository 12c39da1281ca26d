"""Workload and duration of a training, estimated before it starts; presets."""

from pathlib import Path

import pytest

from musicgen.corpus.split import split_pieces
from musicgen.encoding.registry import fit_encoding
from musicgen.models.settings import ClassicSettings, LstmSettings
from musicgen.training.forecast.duration import (
    Speed,
    Workload,
    count_workload,
    estimate_speed,
    expected_epochs,
    expected_seconds,
    size_warning,
)
from musicgen.training.presets import PRESETS
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.settings import (
    CLASSIC_TRAINING,
    RunSettings,
    TrainSettings,
    default_encoding,
)
from tests.helpers.example_runs import run_that_is
from tests.helpers.tiny_music import band_pieces, tiny_pieces

WORK = Workload({"train": 8, "valid": 1, "test": 1}, predictions=1000, batches=10)


def settings_of(model=None, encoding: str = "events", **train) -> RunSettings:
    return RunSettings("x", "y", encoding, model or LstmSettings(), TrainSettings(**train))


def test_workload_counts_windows_of_the_training_side() -> None:
    scores = tiny_pieces(12, notes=40)
    sides = split_pieces(scores)
    encoding = fit_encoding("events", scores)
    steps = [encoding.encode(score) for score in scores]
    work = count_workload(encoding, steps, sides, settings_of(length=16, batch_size=4))
    train = [s for s, side in zip(steps, sides, strict=True) if side == "train"]
    assert work.pieces["train"] == len(train)
    assert sum(work.pieces.values()) == 12
    assert work.predictions == sum(map(len, train))
    windows = sum(-(-len(s) // 16) for s in train)
    assert work.batches == -(-windows // 4)


def test_workload_of_classic_counts_the_notebooks_windows() -> None:
    scores = tiny_pieces(12, notes=40)
    encoding = fit_encoding("notes", scores)
    steps = [encoding.encode(score) for score in scores]
    sides = ["train"] * 12
    model = ClassicSettings(window=100)
    work = count_workload(encoding, steps, sides, settings_of(model, "notes", batch_size=32))
    tokens = sum(map(len, steps))
    assert work.predictions == tokens - 100
    assert work.batches == -(-(tokens - 100) // 32)


def test_duration_by_speed_by_time_limit_or_unknown() -> None:
    speed = Speed(100.0, "a run")
    assert expected_seconds(settings_of(epochs=2), WORK, speed) == 20.0
    assert expected_seconds(settings_of(epochs=100, minutes=1), WORK, speed) == 60.0
    assert expected_seconds(settings_of(epochs=1, minutes=1), WORK, speed) == 10.0
    assert expected_seconds(settings_of(minutes=1), WORK, None) == 60.0
    assert expected_seconds(settings_of(), WORK, None) is None


def test_epochs_within_a_time() -> None:
    speed = Speed(100.0, "a run")
    assert expected_epochs(60.0, WORK, speed) == 6.0
    assert expected_epochs(60.0, WORK, None) is None
    assert expected_epochs(None, WORK, speed) is None
    assert expected_epochs(60.0, Workload({}, 0, 0), speed) is None


def test_speed_of_the_same_model_or_scaled(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    assert estimate_speed(list_runs(), settings_of()) is None
    run_that_is("stopped", "measured", steps_per_second=1234.0)
    assert estimate_speed(list_runs(), settings_of()) == Speed(1234.0, "measured")
    other = settings_of(LstmSettings(width=512))
    assert estimate_speed(list_runs(), other) is None
    # Twice the parameters take twice as long; `classic` computes a window for a prediction.
    assert estimate_speed(list_runs(), other, 2468) == Speed(617.0, "measured", scaled=True)
    classic = settings_of(ClassicSettings(), "notes")
    assert estimate_speed(list_runs(), classic, 1234) == Speed(12.34, "measured", scaled=True)
    (tmp_path / "runs/measured/run.json").write_text("{}")
    assert estimate_speed(list_runs(), settings_of()) is None


def test_warning_of_a_collection_too_small_for_the_model() -> None:
    assert "too few" in size_warning(settings_of(), 300, 20)
    assert "too few pieces" in size_warning(settings_of(), 100_000, 3)
    assert size_warning(settings_of(), 100_000, 400) == ""
    assert "memorise" in size_warning(settings_of(LstmSettings(width=512)), 100_000, 400)
    assert "memorise" in size_warning(settings_of(ClassicSettings(), "notes"), 100_000, 400)


def test_the_preset_classic_has_the_notebooks_settings() -> None:
    preset = {preset.name: preset for preset in PRESETS}["Classic"]
    assert preset.model == ClassicSettings(512, 3, 256, 0.3, 100)
    assert preset.train == CLASSIC_TRAINING
    assert (preset.train.batch_size, preset.train.epochs) == (128, 100)
    assert default_encoding(preset.model, band_pieces()) == "notes"
    assert preset.train.optimizer == "rmsprop"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_settings_of_every_preset_are_valid(preset) -> None:
    encoding = default_encoding(preset.model, band_pieces())
    settings = RunSettings("run", "bach-chorales", encoding, preset.model, preset.train)
    assert RunSettings.from_json(settings.to_json()) == settings
