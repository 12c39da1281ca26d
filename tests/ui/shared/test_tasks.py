"""Tasks in a thread: progress, result, error, cancelling."""

import threading

import pytest

from musicgen.errors import Cancelled
from musicgen.ui.shared.tasks import Task


def test_result_and_progress() -> None:
    def work(progress) -> str:
        progress(1, 4)
        progress(4, 4)
        return "done"

    task = Task(work)
    assert task.result() == "done"
    assert (task.done, task.total, task.over) == (4, 4, True)


def test_an_error_of_the_work_is_raised_with_the_result() -> None:
    def work(progress) -> None:
        raise ValueError("no")

    task = Task(work)
    assert task.wait(10)
    with pytest.raises(ValueError, match="no"):
        task.result()


def test_cancelled_work_may_return_what_it_has() -> None:
    first, go_on = threading.Event(), threading.Event()

    def work(progress) -> list[int]:
        done = []
        for number in range(1000):
            try:
                progress(number, 1000)
            except Cancelled:
                break
            done.append(number)
            first.set()
            go_on.wait(10)
        return done

    task = Task(work)
    first.wait(10)
    task.cancel()
    go_on.set()
    assert task.result() == [0]


def test_the_time_left_is_estimated_from_the_progress() -> None:
    reported, release = threading.Event(), threading.Event()

    def work(progress) -> None:
        progress(1, 3)
        reported.set()
        release.wait(10)

    task = Task(work)
    assert reported.wait(10)
    assert task.seconds_left is not None and task.seconds_left >= 0
    release.set()
    task.result()


def test_a_task_counts_the_sessions_that_wait_for_it() -> None:
    task, one, other = Task(lambda progress: None), object(), object()
    with task.awaited(one):
        with task.awaited(one), task.awaited(other):
            assert task.others_wait(one)
        assert task.others_wait(other) and not task.others_wait(one)
    with pytest.raises(KeyError), task.awaited(one):
        raise KeyError
    assert not task.others_wait(other)
