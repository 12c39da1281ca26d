"""Memory forecast of a training, and the memory that a training takes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.models.parameter_count import count_parameters
from musicgen.models.settings import ClassicSettings, LstmSettings, TransformerSettings
from musicgen.training.forecast.machine import this_machine
from musicgen.training.forecast.memory import MemoryForecast, expected_memory
from musicgen.training.run_folder.registry import create_run
from musicgen.training.settings import RunSettings, TrainSettings, default_training
from tests.helpers.tiny_music import tiny_pieces, write_folder

# Runs a command and prints its peak memory, in the system's unit.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
EVENTS, NOTES = EventsEncoding(), NotesEncoding.for_scores(tiny_pieces())


def expected(
    model=None, policy: str = "float32", gpus: int = 0, predictions: int = 1000, **train
) -> MemoryForecast:
    model = model or LstmSettings()
    encoding = NOTES if isinstance(model, ClassicSettings) else EVENTS
    settings = RunSettings(
        "x", "y", encoding.name, model, replace(default_training(model), **train)
    )
    memory = expected_memory(settings, encoding, predictions, policy, gpus)
    assert memory is not None
    return memory


@pytest.mark.parametrize("model", [LstmSettings(), TransformerSettings(), ClassicSettings()])
def test_the_memory_of_a_batch_is_proportional_to_its_size(model) -> None:
    one, two = (expected(model, batch_size=size) for size in (64, 128))
    assert two.batch == pytest.approx(2 * one.batch)
    assert (two.process, two.weights) == (one.process, one.weights)
    assert one.total == one.process + one.weights + one.batch


def test_attention_grows_with_the_square_of_the_length() -> None:
    model = TransformerSettings(context=16)
    lengths = [expected(model, batch_size=16, length=length).batch for length in (256, 512, 1024)]
    assert lengths[1] > 2 * lengths[0]
    # A quadratic term: per step, the second doubling adds twice as much as the first.
    by_step = [lengths[0] / 256, lengths[1] / 512, lengths[2] / 1024]
    assert by_step[2] - by_step[1] == pytest.approx(2 * (by_step[1] - by_step[0]), rel=1e-6)


def test_moments_and_averages_are_copies_of_the_weights() -> None:
    count = count_parameters(LstmSettings(), EVENTS)
    assert count is not None
    plain, averaged = expected(), expected(average=0.99)
    assert averaged.weights - plain.weights == 4 * count
    assert plain.weights - expected(optimizer="rmsprop").weights == 4 * count


def test_half_precision_saves_less_than_half_of_a_batch() -> None:
    whole, half = expected(), expected(policy="mixed_bfloat16")
    assert whole.batch / 2 < half.batch < whole.batch
    assert half.weights == whole.weights


def test_gpus_share_the_batch_and_hold_only_training_copies() -> None:
    one, two = expected(gpus=1), expected(gpus=2)
    assert two.batch == one.batch // 2
    assert two.weights == one.weights == 4 * 4 * (count_parameters(LstmSettings(), EVENTS) or 0)


def test_the_ngram_baseline_can_take_more_than_a_batch() -> None:
    small = {"batch_size": 2, "length": 16}
    small_side, large_side, huge_side = (
        expected(predictions=count, **small).batch for count in (100, 80_000, 10**7)
    )
    assert large_side > 10 * small_side
    assert huge_side == small_side  # no n-gram is fitted to so many notes


def test_the_memory_is_unknown_where_the_parameters_are() -> None:
    settings = RunSettings("x", "y", "frames", LstmSettings())
    assert expected_memory(settings, FramesEncoding(), 1000, "float32") is None


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="no peak memory of a process")
def test_the_forecast_is_near_the_peak_of_a_training(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    source = str(write_folder(tmp_path / "tunes", count=24, notes=200))
    train = TrainSettings(epochs=1, batch_size=256, length=64)
    settings = RunSettings("run", source, "events", LstmSettings(32, 1), train)
    memory = expected_memory(settings, EVENTS, 24 * 225, this_machine().policy)
    assert memory is not None
    assert memory.batch > memory.total / 3  # large enough to matter
    run = create_run(settings)
    # Linux counts the parent's memory at the fork, so a small process is put between.
    training = [sys.executable, "-m", "musicgen.training.worker.process", run.name]
    small_parent = [sys.executable, "-c", PEAK, *training]
    done = subprocess.run(small_parent, capture_output=True, text=True, check=True)
    peak = int(done.stdout.splitlines()[-1]) * (1 if sys.platform == "darwin" else 1024)
    assert memory.total == pytest.approx(peak, rel=0.25)
