"""Long work in a thread of its own, with progress, cancelling and a progress bar on the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from musicgen.errors import Cancelled
from musicgen.progress import Progress
from musicgen.score import Score
from musicgen.ui.shared.text import format_duration

if TYPE_CHECKING:  # the Data and Train pages do without the composer
    from musicgen.composing.decoding.parallel import Stop
    from musicgen.composing.generation import OnBar

T = TypeVar("T")

BAR_DELAY_SECONDS = 0.4  # shorter work shows no progress bar
POLL_SECONDS = 0.15  # between two updates of the bar


class WaitAbandoned(Exception):
    """This page has stopped waiting for a task that other pages still wait for."""


class Task(Generic[T]):
    """Work in a thread that starts at once, reports progress and can be cancelled."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        """work: takes a progress callback, which raises Cancelled after `cancel`."""
        self.done, self.total, self.started = 0, 0, time.monotonic()
        self._waiting: list[object] = []  # sessions that wait, once per run of their page
        self._lock = threading.Lock()
        self._cancelled, self._over = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._result: T | None = None
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def cancel(self) -> None:
        self._cancelled.set()

    @contextmanager
    def awaited(self, session: object) -> Iterator[None]:
        """Count a session among those that wait for the task."""
        with self._lock:
            self._waiting.append(session)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.remove(session)

    def others_wait(self, session: object) -> bool:
        """Return whether another session waits for the task."""
        with self._lock:
            return any(other is not session for other in self._waiting)

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; return whether the task is over."""
        return self._over.wait(seconds)

    def result(self) -> T:
        """Wait for the end; return the result of the work or raise its exception."""
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    @property
    def seconds_left(self) -> float | None:
        """Estimate of the time left; None before the first report of progress."""
        passed = time.monotonic() - self.started
        return passed / self.done * (self.total - self.done) if self.done else None

    def _run(self, work: Callable[[Progress], T]) -> None:
        try:
            self._result = work(self._report)
        except BaseException as error:
            self._error = error
        self._over.set()

    def _report(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._cancelled.is_set():
            raise Cancelled


class ComposeTask(Generic[T]):
    """Composing in a thread; `stop` ends it early with the bars that are there."""

    def __init__(
        self,
        work: Callable[[OnBar, Stop], T],
        bars: int = 0,
        chooses_ending: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """work: composes; reports bars through OnBar and checks Stop.

        bars: full bars of the whole piece, 0 if unknown. chooses_ending: whether it draws several
        endings and keeps one. clock: seconds.
        """
        self.bars, self.chooses_ending = bars, chooses_ending
        self.bar, self.score = 0, Score()  # progress of one of the variations
        self._variation: int | None = None  # whose progress is shown: the first that reports
        self._stopped = threading.Event()
        self._clock, self._last_report = clock, clock()
        self._task = Task(lambda _: work(self._report, self._stopped.is_set))

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    @property
    def seconds_since_report(self) -> float:
        """Seconds since the last bar was reported, or since the start."""
        return self._clock() - self._last_report

    def stop(self) -> None:
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; return whether the task is over."""
        return self._task.wait(seconds)

    def result(self) -> T:
        """Wait for the end; return the result of the work or raise its exception."""
        return self._task.result()

    def _report(self, variation: int, bars: int, score: Score) -> None:
        if self._variation is None:
            self._variation = variation
        if variation == self._variation:
            self._last_report = self._clock()
            self.score, self.bar = score, min(bars, self.bars) if self.bars else bars


def wait_for(task: Task[T], label: str, key: str) -> T:
    """Return the task's result; show a progress bar with a Cancel button until it is there.

    A task that other sessions wait for is not cancelled: Cancel then ends this page's waiting with
    WaitAbandoned, until `resume_waiting`.
    """
    if st.session_state.get(_abandoned(key)) is task and not task.over:
        raise WaitAbandoned
    with task.awaited(_session()):
        if not task.wait(BAR_DELAY_SECONDS):
            place = st.empty()
            with place.container(border=True):
                bar = st.progress(0.0, text=f"{label} …")
                st.button("Cancel", key=f"cancel-{key}", on_click=_cancel, args=(task, key))
                while not task.wait(POLL_SECONDS):
                    bar.progress(*_progress(task, label))
            place.empty()
        return task.result()


def resume_waiting(key: str) -> None:
    """Wait again for a task whose waiting was abandoned."""
    st.session_state.pop(_abandoned(key), None)


def _cancel(task: Task[T], key: str) -> None:
    if task.others_wait(_session()):
        st.session_state[_abandoned(key)] = task
    else:
        task.cancel()


def _session() -> object:
    """Return an object that stands for this browser session in all runs of its pages."""
    return st.session_state.setdefault("_session", object())


def _abandoned(key: str) -> str:
    return f"_abandoned-{key}"


def _progress(task: Task[T], label: str) -> tuple[float, str]:
    """Return the filled part of the bar, 0 to 1, and its text."""
    if not task.total:
        return 0.0, f"{label} …"
    left = task.seconds_left
    time_left = f", about {format_duration(left)} left" if left is not None else ""
    return task.done / task.total, f"{label}: {task.done:,} of {task.total:,}{time_left}"
