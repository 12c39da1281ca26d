import threading

import pytest

from musicgen.score import Score, notes_from
from musicgen.ui.compose.job import Job

SCORES = [Score(notes_from([(0, 24, 60 + n)])) for n in range(3)]


def test_a_job_tells_of_the_first_variation_that_it_hears_of():
    heard = threading.Event()

    def work(on_bar, stop):
        on_bar(5, 1, SCORES[0])
        on_bar(2, 7, SCORES[1])
        on_bar(5, 2, SCORES[2])
        heard.set()
        return "done"

    job = Job(work, bars=4)
    assert heard.wait(10)
    assert (job.bar, job.score) == (2, SCORES[2])
    assert job.wait(10) and job.result() == "done"


def test_a_stopped_job_gives_what_is_there():
    def work(on_bar, stop):
        while not stop():
            threading.Event().wait(0.001)
        return ["half a piece"]

    job = Job(work, bars=4)
    assert not job.wait(0.05)
    job.stop()
    assert job.stopped
    assert job.wait(10) and job.result() == ["half a piece"]


def test_what_goes_wrong_is_raised_where_the_result_is_asked_for():
    def work(on_bar, stop):
        raise ValueError("the primer is longer than the piece")

    with pytest.raises(ValueError, match="longer than the piece"):
        Job(work, bars=4).result()


def test_it_is_known_for_how_long_a_job_has_told_nothing():
    now, told, go_on = [100.0], threading.Event(), threading.Event()

    def work(on_bar, stop):
        assert go_on.wait(10)
        on_bar(0, 1, SCORES[0])
        told.set()

    job = Job(work, bars=4, clock=lambda: now[0])
    now[0] = 103.0
    assert job.quiet == 3
    go_on.set()
    assert told.wait(10)
    assert job.quiet == 0
    now[0] = 105.5
    assert job.quiet == 2.5
