"""Batches side by side: who is in which, and that stopping and failing reach all of them."""

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
def test_variations_stay_in_order(monkeypatch, variations, processors, batches):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(processors), raising=False)
    assert split_into_batches(variations) == batches


def test_the_first_is_done_here_and_all_at_once():
    both = threading.Barrier(2, timeout=10)

    def task(stop):
        both.wait()
        return threading.current_thread()

    first, second = run_in_parallel([task, task], None)
    assert first is threading.current_thread() is not second


def test_all_are_told_to_stop():
    def task(stop):
        return stop()

    assert run_in_parallel([task, task], lambda: True) == [True, True]
    assert run_in_parallel([task, task], None) == [False, False]


class GoesOn:
    """A task that does nothing until it is told to stop."""

    def __init__(self):
        self.stopped = threading.Event()

    def __call__(self, stop):
        while not stop():
            self.stopped.wait(0.001)
        self.stopped.set()


@pytest.mark.parametrize("fails", [0, 1])
def test_one_that_fails_stops_the_other(fails):
    goes_on = GoesOn()

    def breaks(stop):
        raise ValueError("no such key")

    tasks = [breaks, goes_on] if fails == 0 else [goes_on, breaks]
    with pytest.raises(ValueError, match="no such key"):
        run_in_parallel(tasks, None)
    assert goes_on.stopped.is_set()


def test_an_interrupt_while_the_other_is_waited_for_stops_it(monkeypatch):
    goes_on = GoesOn()

    def interrupted(future, timeout=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_in_parallel([lambda stop: None, goes_on], None)
    assert goes_on.stopped.is_set()


def test_pieces_are_the_same_in_one_batch_and_in_two(monkeypatch, tmp_path: Path):
    engine = OnnxModel(tiny_checkpoint(tmp_path))
    settings = plain_settings(bars=6, variations=8, seed=3)
    found = []
    for processors in (1, 2):
        monkeypatch.setattr(
            os, "sched_getaffinity", lambda _, n=processors: range(n), raising=False
        )
        found.append(generate(engine, settings))
    for alone, shared in zip(*found, strict=True):
        assert alone.variation == shared.variation
        assert alone.steps.fields.tobytes() == shared.steps.fields.tobytes()
        assert np.array_equal(alone.log_likelihood, shared.log_likelihood)
