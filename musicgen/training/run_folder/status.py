"""State of a run as its training process writes it to status.json."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, TypeAlias

import psutil
from msgspec import Meta

from musicgen.bounds import one_of
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json

QUEUED, STARTING, RUNNING, STOPPING = "queued", "starting", "running", "stopping"
STOPPED, FINISHED, FAILED, INTERRUPTED = "stopped", "finished", "failed", "interrupted"
STALLED = "stalled"
ALIVE = (QUEUED, STARTING, RUNNING, STOPPING, STALLED)

STATES = (*ALIVE, STOPPED, FINISHED, FAILED, INTERRUPTED)

FILE = "status.json"
MAX_BYTES = 2**16
# How far apart the start of one process may seem: the system's clock can be set meanwhile.
START_TOLERANCE_SECONDS = 2.0


# Numbers of a status, within bounds that no training reaches.
Count: TypeAlias = Annotated[int, Meta(ge=0, le=10**15)]
Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=1e12)]
Amount: TypeAlias = Annotated[float, Meta(ge=-1e12, le=1e12)]
Text: TypeAlias = Annotated[str, Meta(max_length=4000)]


@dataclass(frozen=True)
class Status:
    """State, progress and losses of a run. Losses are bits a step."""

    state: Text = QUEUED
    message: Text = ""  # for people: what failed, or what the process is doing
    failure: Text = ""  # a code of `failures` where the state is FAILED
    heartbeat: Seconds = 0.0  # time of the last write, seconds since 1970
    epoch: Count = 0  # complete ones
    epochs: Count = 0
    step: Count = 0  # batches
    seconds: Seconds = 0.0  # of training, all sessions together
    loss: Amount | None = None
    valid_loss: Amount | None = None
    best_epoch: Count = 0
    best_valid_loss: Amount | None = None
    steps_per_second: Amount | None = None  # predicted steps of the encoding
    steps_per_epoch: Count = 0  # batches
    seconds_left: Amount | None = None
    parameters: Count = 0
    device: Text = ""
    pid: Count = 0  # of the training process
    process_started: Seconds = 0.0  # seconds since 1970; 0 in statuses of earlier versions
    oom_kills: Count | None = None  # on this machine since boot, at the last heartbeat

    def __post_init__(self) -> None:
        one_of("state", self.state, STATES)


def read_status(folder: Path) -> Status:
    """Read a run's status.json; INTERRUPTED with the reason where it cannot be read."""
    try:
        return read_json(folder / FILE, Status, MAX_BYTES)
    except InvalidJson as problem:
        return Status(state=INTERRUPTED, message=f"its status cannot be read: {problem}")


def write_status(folder: Path, status: Status) -> None:
    """Replace a run's status.json."""
    write_json(folder / FILE, asdict(status))


def queued_status() -> Status:
    """Status of a run whose process is about to start."""
    return Status(state=QUEUED, heartbeat=time.time())


def queue_in_this_process(folder: Path) -> None:
    """Write that this process is about to train a run: if it is killed, the run is not alive."""
    pid = os.getpid()
    status = replace(
        read_status(folder),
        state=QUEUED,
        message="",
        failure="",
        heartbeat=time.time(),
        pid=pid,
        process_started=process_start(pid) or 0.0,
    )
    write_status(folder, status)


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
