"""Work that takes its time, in a thread of its own, with a progress bar on the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import streamlit as st

from musicgen.errors import Cancelled
from musicgen.progress import Progress
from musicgen.ui.shared.text import format_duration

T = TypeVar("T")

BAR_DELAY_SECONDS = 0.4  # seconds before a bar is shown
POLL_SECONDS = 0.15  # seconds between two looks


class WaitAbandoned(Exception):
    """One has turned away from work that others still wait for."""


class Task(Generic[T]):
    """Begins at once; knows how far it is and can be cancelled."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        """work: is given a progress callback, which raises Cancelled where that is wanted."""
        self.done, self.total, self.began = 0, 0, time.monotonic()
        self._waiting: list[object] = []  # those who wait for it, once for each run of a page
        self._lock = threading.Lock()
        self._cancelled, self._over = threading.Event(), threading.Event()
        self._problem: BaseException | None = None
        self._result: T | None = None
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def cancel(self) -> None:
        self._cancelled.set()

    @contextmanager
    def awaited(self, by: object) -> Iterator[None]:
        """While somebody waits for it."""
        with self._lock:
            self._waiting.append(by)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.remove(by)

    def is_awaited_beside(self, one: object) -> bool:
        """Whether somebody else waits for it."""
        with self._lock:
            return any(each is not one for each in self._waiting)

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it is over, after waiting for it that long at most."""
        return self._over.wait(seconds)

    def result(self) -> T:
        """What the work gave, or the exception that it raised."""
        self._over.wait()
        if self._problem is not None:
            raise self._problem
        return self._result  # type: ignore[return-value]

    @property
    def seconds_left(self) -> float | None:
        passed = time.monotonic() - self.began
        return passed / self.done * (self.total - self.done) if self.done else None

    def _run(self, work: Callable[[Progress], T]) -> None:
        try:
            self._result = work(self._note)
        except BaseException as problem:
            self._problem = problem
        self._over.set()

    def _note(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._cancelled.is_set():
            raise Cancelled


def wait_for(task: Task[T], words: str, key: str) -> T:
    """The task's result; until it is there, a bar with the time left and a button to cancel.

    Where others wait for the same task it is not cancelled: LeftToOthers, until `wait_again`.
    """
    if st.session_state.get(_left(key)) is task and not task.over:
        raise WaitAbandoned
    with task.awaited(_session()):
        if not task.wait(BAR_DELAY_SECONDS):
            place = st.empty()
            with place.container(border=True):
                bar = st.progress(0.0, text=f"{words} …")
                st.button("Cancel", key=f"cancel-{key}", on_click=_cancel, args=(task, key))
                while not task.wait(POLL_SECONDS):
                    bar.progress(*_standing(task, words))
            place.empty()
        return task.result()


def resume_waiting(key: str) -> None:
    """Come back to what was left to others."""
    st.session_state.pop(_left(key), None)


def _cancel(task: Task[T], key: str) -> None:
    if task.is_awaited_beside(_session()):
        st.session_state[_left(key)] = task
    else:
        task.cancel()


def _session() -> object:
    """Stands for this browser window: its last run may still wait while the next one begins."""
    return st.session_state.setdefault("_session", object())


def _left(key: str) -> str:
    return f"_left-{key}"


def _standing(task: Task[T], words: str) -> tuple[float, str]:
    if not task.total:
        return 0.0, f"{words} …"
    left = task.seconds_left
    time_left = f", about {format_duration(left)} left" if left is not None else ""
    return task.done / task.total, f"{words}: {task.done:,} of {task.total:,}{time_left}"
