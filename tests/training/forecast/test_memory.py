"""What is said of a training's memory, against what a training takes."""

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

# Runs a command and prints the peak of its memory, in the system's unit.
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
def test_twice_the_batch_takes_twice_its_memory(model) -> None:
    one, two = (expected(model, batch_size=size) for size in (64, 128))
    assert two.batch == pytest.approx(2 * one.batch)
    assert (two.process, two.weights) == (one.process, one.weights)
    assert one.total == one.process + one.weights + one.batch


def test_attention_grows_with_the_square_of_the_length() -> None:
    model = TransformerSettings(context=16)
    lengths = [expected(model, batch_size=16, length=length).batch for length in (256, 512, 1024)]
    assert lengths[1] > 2 * lengths[0]
    # Per step, the second doubling adds twice what the first did.
    by_step = [lengths[0] / 256, lengths[1] / 512, lengths[2] / 1024]
    assert by_step[2] - by_step[1] == pytest.approx(2 * (by_step[1] - by_step[0]), rel=1e-6)


def test_weights_count_once_for_each_moment_and_average() -> None:
    count = count_parameters(LstmSettings(), EVENTS)
    assert count is not None
    plain, averaged = expected(), expected(average=0.99)
    assert averaged.weights - plain.weights == 4 * count
    assert plain.weights - expected(optimizer="rmsprop").weights == 4 * count


def test_half_precision_saves_some_but_not_half_of_a_batch() -> None:
    whole, half = expected(), expected(policy="mixed_bfloat16")
    assert whole.batch / 2 < half.batch < whole.batch
    assert half.weights == whole.weights


def test_gpus_share_the_batch_and_hold_nothing_but_the_training() -> None:
    one, two = expected(gpus=1), expected(gpus=2)
    assert two.batch == one.batch // 2
    assert two.weights == one.weights == 4 * 4 * (count_parameters(LstmSettings(), EVENTS) or 0)


def test_the_baselines_count_where_there_is_much_music_and_a_small_batch() -> None:
    small = {"batch_size": 2, "length": 16}
    little, much, most = (
        expected(predictions=count, **small).batch for count in (100, 80_000, 10**7)
    )
    assert much > 10 * little
    assert most == little  # so much music is left without an n-gram


def test_an_encoding_that_is_not_counted_is_not_guessed() -> None:
    settings = RunSettings("x", "y", "frames", LstmSettings())
    assert expected_memory(settings, FramesEncoding(), 1000, "float32") is None


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not count a process's peak")
def test_near_the_peak_of_a_real_training(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    source = str(write_folder(tmp_path / "tunes", count=24, notes=200))
    train = TrainSettings(epochs=1, batch_size=256, length=64)
    settings = RunSettings("run", source, "events", LstmSettings(32, 1), train)
    memory = expected_memory(settings, EVENTS, 24 * 225, this_machine().policy)
    assert memory is not None
    assert memory.batch > memory.total / 3  # so that it counts
    run = create_run(settings)
    # Linux counts what the parent had at the fork: this process may be large, the one between not.
    training = [sys.executable, "-m", "musicgen.training.worker.process", run.name]
    between = [sys.executable, "-c", PEAK, *training]
    done = subprocess.run(between, capture_output=True, text=True, check=True)
    peak = int(done.stdout.splitlines()[-1]) * (1 if sys.platform == "darwin" else 1024)
    assert memory.total == pytest.approx(peak, rel=0.25)
