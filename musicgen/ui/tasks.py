"""Work that takes its time, in a thread of its own, with a progress bar on the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import streamlit as st

from musicgen.corpus.errors import Cancelled
from musicgen.ui.words import span

T = TypeVar("T")
Progress = Callable[[int, int], None]

PATIENCE = 0.4  # seconds before a bar is shown
LOOK = 0.15  # seconds between two looks


class Task(Generic[T]):
    """Begins at once; knows how far it is and can be cancelled."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        """work: is given a progress callback, which raises Cancelled where that is wanted."""
        self.done, self.total, self.began = 0, 0, time.monotonic()
        self._cancelled, self._over = threading.Event(), threading.Event()
        self._problem: BaseException | None = None
        self._result: T | None = None
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def cancel(self) -> None:
        self._cancelled.set()

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


def finish(task: Task[T], words: str, key: str) -> T:
    """The task's result; until it is there, a bar with the time left and a button to cancel."""
    if not task.wait(PATIENCE):
        place = st.empty()
        with place.container(border=True):
            bar = st.progress(0.0, text=f"{words} …")
            st.button("Cancel", key=f"cancel-{key}", on_click=task.cancel)
            while not task.wait(LOOK):
                bar.progress(*_standing(task, words))
        place.empty()
    return task.result()


def _standing(task: Task[T], words: str) -> tuple[float, str]:
    if not task.total:
        return 0.0, f"{words} …"
    left = task.seconds_left
    time_left = f", about {span(left)} left" if left is not None else ""
    return task.done / task.total, f"{words}: {task.done:,} of {task.total:,}{time_left}"
