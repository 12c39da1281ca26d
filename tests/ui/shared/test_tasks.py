"""Work beside the page: its progress, its result, its end."""

import threading

import pytest

from musicgen.ui.shared.tasks import Task


def test_result_and_progress() -> None:
    def work(told) -> str:
        told(1, 4)
        told(4, 4)
        return "done"

    task = Task(work)
    assert task.result() == "done"
    assert (task.done, task.total, task.over) == (4, 4, True)


def test_a_problem_is_raised_where_the_result_is_wanted() -> None:
    def work(told) -> None:
        raise ValueError("no")

    task = Task(work)
    assert task.wait(10)
    with pytest.raises(ValueError, match="no"):
        task.result()


def test_a_task_that_is_cancelled_keeps_what_it_chose_to() -> None:
    from musicgen.errors import Cancelled

    begun, go_on = threading.Event(), threading.Event()

    def work(told) -> list[int]:
        done = []
        for number in range(1000):
            try:
                told(number, 1000)
            except Cancelled:
                break
            done.append(number)
            begun.set()
            go_on.wait(10)
        return done

    task = Task(work)
    begun.wait(10)
    task.cancel()
    go_on.set()
    assert task.result() == [0]


def test_time_left_follows_from_what_is_done() -> None:
    release = threading.Event()

    def work(told) -> None:
        told(1, 3)
        release.wait(10)

    task = Task(work)
    while not task.done:
        pass
    assert task.seconds_left is not None and task.seconds_left >= 0
    release.set()
    task.result()


def test_a_task_knows_whether_others_wait_for_it() -> None:
    task, one, other = Task(lambda told: None), object(), object()
    with task.awaited(one):
        with task.awaited(one), task.awaited(other):
            assert task.is_awaited_beside(one)
        assert task.is_awaited_beside(other) and not task.is_awaited_beside(one)
    with pytest.raises(KeyError), task.awaited(one):
        raise KeyError
    assert not task.is_awaited_beside(other)
