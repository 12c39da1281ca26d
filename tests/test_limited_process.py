"""Processes with limits end in time and within their memory."""

import time
from pathlib import Path

import pytest

from musicgen import limited_process
from musicgen.limited_process import ProcessFailed, run_limited

ENDLESS = ("http.server", ["--bind", "127.0.0.1", "0"])


@pytest.fixture()
def working_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    (tmp_path / "working.py").write_text("while True: pass\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "working", []


def test_a_process_that_works_too_long_is_ended(
    working_forever: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited_process, "WAITS", 10_000)  # however busy the computer is
    with pytest.raises(ProcessFailed, match="longer than 1 seconds of processor time"):
        run_limited(*working_forever, max_seconds=0.6)


def test_a_process_that_waits_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_process, "WAITS", 1)
    started = time.monotonic()
    with pytest.raises(ProcessFailed, match=r"longer than 5 seconds$"):
        run_limited(*ENDLESS, max_seconds=5)
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
