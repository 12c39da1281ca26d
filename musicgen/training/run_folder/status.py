"""State of a run as its training process writes it to status.json."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json

QUEUED, STARTING, RUNNING, STOPPING = "queued", "starting", "running", "stopping"
STOPPED, FINISHED, FAILED, INTERRUPTED = "stopped", "finished", "failed", "interrupted"
STALLED = "stalled"
ALIVE = (QUEUED, STARTING, RUNNING, STOPPING, STALLED)

FILE = "status.json"
# How far apart the start of one process may seem: the system's clock can be set meanwhile.
START_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True)
class Status:
    """State, progress and losses of a run. Losses are bits a step."""

    state: str = QUEUED
    message: str = ""  # for people: what failed, or what the process is doing
    failure: str = ""  # a code of `failures` where the state is FAILED
    heartbeat: float = 0.0  # time of the last write, seconds since 1970
    epoch: int = 0  # complete ones
    epochs: int = 0
    step: int = 0  # batches
    seconds: float = 0.0  # of training, all sessions together
    loss: float | None = None
    valid_loss: float | None = None
    best_epoch: int = 0
    best_valid_loss: float | None = None
    steps_per_second: float | None = None  # predicted steps of the encoding
    steps_per_epoch: int = 0  # batches
    seconds_left: float | None = None
    parameters: int = 0
    device: str = ""
    pid: int = 0  # of the training process
    process_started: float = 0.0  # seconds since 1970; 0 in statuses of earlier versions
    oom_kills: int | None = None  # on this machine since boot, at the last heartbeat


def read_status(folder: Path) -> Status:
    """Read a run's status.json; INTERRUPTED with the reason where it cannot be read."""
    try:
        return read_json(folder / FILE, Status)
    except InvalidJson as problem:
        return Status(state=INTERRUPTED, message=f"its status cannot be read: {problem}")


def write_status(folder: Path, status: Status) -> None:
    """Replace a run's status.json."""
    write_json(folder / FILE, asdict(status))


def queued_status() -> Status:
    """Status of a run whose process is about to start."""
    return Status(state=QUEUED, heartbeat=time.time())


def process_start(pid: int) -> float | None:
    """Start time of a process, seconds since 1970; None where it has ended."""
    try:
        process = psutil.Process(pid)
        # A child that nobody has waited for keeps its pid after its end.
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except (psutil.Error, ValueError, OverflowError):
        return None


def is_process_alive(status: Status) -> bool:
    """Whether the process that wrote a status is still running.

    Pids are used again, so the start times are compared too. Earlier versions did not write
    one: then a process counts that had started before the last heartbeat.
    """
    started = process_start(status.pid) if status.pid > 0 else None
    if started is None:
        return False
    if status.process_started:
        return abs(started - status.process_started) < START_TOLERANCE_SECONDS
    return started < status.heartbeat + START_TOLERANCE_SECONDS
