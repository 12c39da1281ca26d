import threading

import pytest

from musicgen.score import Score, notes_from
from musicgen.ui.shared.tasks import ComposeTask

SCORES = [Score(notes_from([(0, 24, 60 + n)])) for n in range(3)]


def test_progress_is_that_of_the_first_variation_that_reports():
    reported = threading.Event()

    def work(on_bar, stop):
        on_bar(5, 1, SCORES[0])
        on_bar(2, 7, SCORES[1])
        on_bar(5, 2, SCORES[2])
        reported.set()
        return "done"

    task = ComposeTask(work, bars=4)
    assert reported.wait(10)
    assert (task.bar, task.score) == (2, SCORES[2])
    assert task.wait(10) and task.result() == "done"


def test_a_stopped_task_returns_what_it_has():
    started = threading.Event()

    def work(on_bar, stop):
        started.set()
        while not stop():
            threading.Event().wait(0.001)
        return ["half a piece"]

    task = ComposeTask(work, bars=4)
    assert started.wait(10) and not task.wait(0)
    task.stop()
    assert task.stopped
    assert task.wait(10) and task.result() == ["half a piece"]


def test_an_error_of_the_work_is_raised_with_the_result():
    def work(on_bar, stop):
        raise ValueError("the primer is longer than the piece")

    with pytest.raises(ValueError, match="longer than the piece"):
        ComposeTask(work, bars=4).result()


def test_the_time_since_the_last_report_is_measured():
    now, reported, go_on = [100.0], threading.Event(), threading.Event()

    def work(on_bar, stop):
        assert go_on.wait(10)
        on_bar(0, 1, SCORES[0])
        reported.set()

    task = ComposeTask(work, bars=4, clock=lambda: now[0])
    now[0] = 103.0
    assert task.seconds_since_report == 3
    go_on.set()
    assert reported.wait(10)
    assert task.seconds_since_report == 0
    now[0] = 105.5
    assert task.seconds_since_report == 2.5
