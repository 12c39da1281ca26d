"""Progress line of a command, and Ctrl-C that cancels after the current item."""

from __future__ import annotations

import io
import signal

import pytest

from musicgen.commands.progress import ProgressLine, cancel_on_interrupt
from musicgen.errors import Cancelled


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> list[str]:
    return [line.strip() for line in stream.getvalue().replace("\n", "").split("\r")[1:]]


def test_bar_counts_and_time_left():
    times = iter([0.0, 10.0, 10.05, 100.0, 400.0])  # the second call is too soon to draw
    line = ProgressLine(stream := Terminal(), lambda: next(times))
    for done in (100, 101, 1000, 4000):
        line(done, 4000)
    assert shown(stream) == [
        f"{'░' * 30} 100 of 4,000, 6:30 left",
        f"{'█' * 7}{'░' * 23} 1,000 of 4,000, 5:00 left",
        f"{'█' * 30} 4,000 of 4,000",
    ]
    assert stream.getvalue().endswith("\n")


def test_nothing_is_printed_where_the_stream_is_no_terminal():
    ProgressLine(stream := io.StringIO())(1, 2)
    assert stream.getvalue() == ""


def test_ctrl_c_cancels_at_the_next_item_and_its_handler_is_restored():
    before = signal.getsignal(signal.SIGINT)
    reported: list[int] = []
    with cancel_on_interrupt(lambda done, _: reported.append(done)) as progress:
        progress(1, 3)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled):
            progress(2, 3)
        progress(3, 3)  # complete: nothing to cancel
    assert reported == [1, 2, 3]
    assert signal.getsignal(signal.SIGINT) is before
