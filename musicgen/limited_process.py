"""A module of this program run as a process of its own, with limits on its time and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

from musicgen.errors import MusicgenError
from musicgen.progress import Progress

POLL_SECONDS = 0.1  # between two looks at the process, and two calls of the progress callback
MAX_MESSAGE_CHARACTERS = 300
WAITS = 60  # longest time of a process, as a multiple of its processor time: others may be busy
ADDRESS_SPACE_BYTES = 6 * 2**30  # beside the memory in use: libraries reserve more than they need


class ProcessFailed(MusicgenError):
    """A process that failed or went beyond its limits, and why."""


def run_limited(
    module: str,
    arguments: Sequence[str],
    max_seconds: float,
    max_bytes: int | None = None,
    text: str = "",
    progress: Progress | None = None,
) -> None:
    """Run `python -m MODULE ARGUMENTS` to its end. Raises ProcessFailed with its last line.

    max_seconds: of processor time, so that a process that works is not ended where others work too.
    text: its standard input. max_bytes: of memory in use. progress: called with (0, 0) while the
    process runs; an exception from it ends the process.
    """
    command = [sys.executable, "-m", module, *arguments]
    pipe, deadline = subprocess.PIPE, time.monotonic() + WAITS * max_seconds
    with subprocess.Popen(
        command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True, errors="replace"
    ) as process:
        try:
            errors: str | None = None
            rest: str | None = text  # may be sent once only
            while errors is None:
                with suppress(subprocess.TimeoutExpired):
                    sent, rest = rest, None
                    errors = process.communicate(sent, timeout=POLL_SECONDS)[1]
                _check_limits(process.pid, deadline, max_seconds, max_bytes)
                if progress:
                    progress(0, 0)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        lines = [line for line in errors.splitlines() if line.strip()]
        raise ProcessFailed(lines[-1][:MAX_MESSAGE_CHARACTERS] if lines else "the process failed")


def limit_address_space(max_bytes: int) -> None:
    """Limit the memory of this process, where the system can: beyond it, MemoryError."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    limit = max_bytes + ADDRESS_SPACE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _check_limits(pid: int, deadline: float, max_seconds: float, max_bytes: int | None) -> None:
    if time.monotonic() > deadline:
        raise ProcessFailed(f"it takes longer than {WAITS * max_seconds:.0f} seconds")
    with suppress(psutil.Error):  # it has ended
        process = psutil.Process(pid)
        times = process.cpu_times()
        if times.user + times.system > max_seconds:
            raise ProcessFailed(f"it takes longer than {max_seconds:.0f} seconds of processor time")
        if max_bytes is not None and process.memory_info().rss > max_bytes:
            raise ProcessFailed(f"it takes more than {max_bytes >> 20:,} MiB of memory")
