"""Processes with limits end in time and within their memory."""

import time

import pytest

from musicgen.limited_process import ProcessFailed, run_limited

ENDLESS = ("http.server", ["--bind", "127.0.0.1", "0"])


def test_a_process_that_takes_too_long_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(ProcessFailed, match="longer than 1 seconds"):
        run_limited(*ENDLESS, max_seconds=0.6)
    assert time.monotonic() - started < 30


def test_a_process_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(ProcessFailed, match="more than 1 MiB of memory"):
        run_limited(*ENDLESS, max_seconds=60, max_bytes=2**20)


def test_the_last_line_of_a_process_that_fails_is_its_reason() -> None:
    with pytest.raises(ProcessFailed, match="No module named"):
        run_limited("no_such_module", [], max_seconds=60)


def test_a_callback_that_raises_ends_the_process() -> None:
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_limited(*ENDLESS, max_seconds=60, progress=cancel)
