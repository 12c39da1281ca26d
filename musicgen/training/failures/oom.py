"""Whether the kernel has killed a training for want of memory: it leaves no word of its own."""

from __future__ import annotations

from pathlib import Path

EVENTS = Path("/proc/vmstat")  # of Linux since 4.13; elsewhere nobody knows
_BEGIN = "out of memory"
COUNT = "oom_kill"  # processes killed for want of memory, of every control group


def oom_kills() -> int | None:
    """How many processes the kernel has killed for it since it booted; None where it is silent."""
    try:
        rows = (line.split() for line in EVENTS.read_text().splitlines())
        return next((int(row[1]) for row in rows if row[:1] == [COUNT]), None)
    except (OSError, ValueError, IndexError):
        return None


def killed_for_memory(before: int | None, now: int | None) -> bool:
    """Whether a process that vanished was probably killed for want of memory.

    before: the count at its last heartbeat; one that fell since is of another boot. That another
    process was killed, and ours went down otherwise, cannot be ruled out.
    """
    return before is not None and now is not None and now > before


def out_of_memory(batch_size: int) -> str:
    """What to try, for people."""
    if batch_size == 1:
        return f"{_BEGIN}: try windows of a shorter length, or a smaller model"
    return f"{_BEGIN}: try a batch size of {batch_size // 2} in place of {batch_size}"


def batch_size_to_try(batch_size: int, message: str) -> int:
    """What a run that ended with that message should go on with: as it was, or half of it."""
    return max(1, batch_size // 2) if message.startswith(_BEGIN) else batch_size
