"""Batches in parallel: how variations are split, and how tasks are stopped and fail."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.decoding.parallel import run_in_parallel, split_into_batches
from musicgen.composing.generation import generate
from tests.helpers.compose_settings import plain_settings
from tests.helpers.tiny_graphs import tiny_checkpoint


@pytest.mark.parametrize(
    ("variations", "processors", "batches"),
    [
        (range(8), 2, [range(4), range(4, 8)]),
        ([3, 5, 6, 9, 11, 12, 13, 17, 19], 16, [[3, 5, 6, 9, 11], [12, 13, 17, 19]]),
        (range(8), 1, [range(8)]),
        (range(7), 2, [range(7)]),
        ([4], 2, [[4]]),
        ([], 2, [[]]),
    ],
)
def test_variations_are_split_in_order_into_batches_of_nearly_one_size(
    monkeypatch, variations, processors, batches
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(processors), raising=False)
    assert split_into_batches(variations) == batches


def test_the_first_task_runs_in_this_thread_and_all_run_at_once():
    both = threading.Barrier(2, timeout=10)

    def task(stop):
        both.wait()
        return threading.current_thread()

    first, second = run_in_parallel([task, task], None)
    assert first is threading.current_thread() is not second


def test_stop_reaches_all_tasks():
    def task(stop):
        return stop()

    assert run_in_parallel([task, task], lambda: True) == [True, True]
    assert run_in_parallel([task, task], None) == [False, False]


class Endless:
    """A task that runs until it is stopped."""

    def __init__(self):
        self.stopped = threading.Event()

    def __call__(self, stop):
        while not stop():
            self.stopped.wait(0.001)
        self.stopped.set()


@pytest.mark.parametrize("position", [0, 1])
def test_a_task_that_fails_stops_the_other(position):
    endless = Endless()

    def failing(stop):
        raise ValueError("no such key")

    tasks = [failing, endless] if position == 0 else [endless, failing]
    with pytest.raises(ValueError, match="no such key"):
        run_in_parallel(tasks, None)
    assert endless.stopped.is_set()


def test_ctrl_c_while_another_task_is_awaited_stops_it(monkeypatch):
    endless = Endless()

    def interrupted(future, timeout=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_in_parallel([lambda stop: None, endless], None)
    assert endless.stopped.is_set()


def test_pieces_are_the_same_in_one_batch_and_in_two(monkeypatch, tmp_path: Path):
    engine = OnnxModel(tiny_checkpoint(tmp_path))
    settings = plain_settings(bars=6, variations=8, seed=3)
    results = []
    for processors in (1, 2):
        monkeypatch.setattr(
            os, "sched_getaffinity", lambda _, n=processors: range(n), raising=False
        )
        results.append(generate(engine, settings))
    for alone, shared in zip(*results, strict=True):
        assert alone.variation == shared.variation
        assert alone.steps.fields.tobytes() == shared.steps.fields.tobytes()
        assert np.array_equal(alone.log_likelihood, shared.log_likelihood)
