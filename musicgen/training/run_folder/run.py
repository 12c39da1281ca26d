"""Run folder: settings, status, metrics and checkpoints of one training.

    run.json            settings
    status.json         state, heartbeat, epoch, losses; replaced whole
    metrics.jsonl       a line per block of batches and per epoch; append only
    log.txt             output of the process
    split.json          names of the pieces by side, which stay when it is resumed
    checkpoints/NAME/   checkpoints; best.json and latest.json name two of them
    stop                asks the process to stop
    lock                held by the training process, so that no second one starts

This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from musicgen.errors import MusicgenError
from musicgen.files import open_file
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import PRETRAINED, BadName, checked_name
from musicgen.training.failures import (
    Failure,
    disk_full,
    is_disk_full,
    oom_kills,
    out_of_memory,
    was_killed_for_memory,
)
from musicgen.training.run_folder.status import (
    ALIVE,
    FAILED,
    INTERRUPTED,
    QUEUED,
    RUNNING,
    STALLED,
    STARTING,
    STOPPING,
    Status,
    is_process_alive,
    read_status,
)
from musicgen.training.settings import RunSettings

# Seconds without a heartbeat after which a process counts as stalled. Before the first batch,
# large collections and models take their time.
SILENCE_SECONDS = {QUEUED: 60.0, RUNNING: 60.0, STARTING: 180.0}
LAUNCH_SECONDS = 20.0  # that a new process may take to write its first status
LOG_TAIL_BYTES = 2**16
# Lines of absl and of TensorFlow that tell of no error: `I0000 00:00:1796024368.63 24864 ...`; and
# 303, which says that this computer has no driver for cards.
_TENSORFLOW_NOTE = re.compile(
    r"WARNING: All log messages before absl|[IW]\d{4} \d\d:\d\d:|"
    r"E\d{4} \d\d:\d\d:.* failed call to cuInit: .*\(303\)$|"
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] "
)
MAX_SETTINGS_BYTES = 2**18
MAX_POINTER_BYTES = 2**10


class UnknownRun(MusicgenError):
    """A run or checkpoint that does not exist or cannot be read."""


@dataclass(frozen=True)
class CheckpointPointer:
    """Content of best.json and latest.json."""

    checkpoint: str  # name of a folder beside the file


@dataclass(frozen=True)
class Run:
    """One run folder. Reading it never writes."""

    folder: Path
    clock: Callable[[], float] = field(default=time.time, compare=False)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def bundled(self) -> bool:
        return self.folder.parent == PRETRAINED

    @property
    def settings(self) -> RunSettings:
        """Settings of the training; raises UnknownRun where run.json cannot be read."""
        try:
            entry: dict[str, Any] = read_json(
                self.folder / "run.json", dict[str, Any], MAX_SETTINGS_BYTES
            )
            return RunSettings.from_json(entry)
        except MusicgenError as problem:
            raise UnknownRun(f"run '{self.name}' cannot be read: {problem}") from None

    def problem(self) -> str:
        """Why the run cannot be opened; empty where it can."""
        try:
            _ = self.settings
        except UnknownRun as problem:
            return str(problem)
        return ""

    @property
    def stop_requested(self) -> bool:
        return (self.folder / "stop").exists()

    def stored_status(self) -> Status:
        """The status as last written."""
        return read_status(self.folder)

    def alive(self) -> bool:
        """Whether a process waits for its turn with this run or trains it."""
        status = self.stored_status()
        return status.state in ALIVE and is_process_alive(status)

    def status(self) -> Status:
        """The stored status, corrected where the process has ended or is silent."""
        status = self.stored_status()
        if status.state not in ALIVE or self.bundled:
            return status
        silence = self.clock() - status.heartbeat
        # A process that has written its pid is launched: it is alive, or was killed.
        launching = status.state == QUEUED and not status.pid and silence < LAUNCH_SECONDS
        if not launching and not is_process_alive(status):
            # It may have written its last status, and ended, after the one that was read.
            last = self.stored_status()
            if (last.state, last.pid) != (status.state, status.pid):
                return self.status()
            return self._status_after_disappearance(status)
        stalled = silence > SILENCE_SECONDS.get(status.state, math.inf)
        if stalled and self.stop_requested:
            advice = f"asked to stop, it does not answer: if it stays so, end process {status.pid}"
            return replace(status, state=STALLED, message=advice)
        if stalled:
            return replace(status, state=STALLED)
        if self.stop_requested and status.state in (STARTING, RUNNING):
            return replace(status, state=STOPPING)
        return status

    def _status_after_disappearance(self, status: Status) -> Status:
        """Status of a run whose process ended without writing why."""
        failure: Failure | None = None
        if was_killed_for_memory(status.oom_kills, oom_kills()):
            with suppress(UnknownRun):
                failure = out_of_memory(self.settings.train.batch_size)
        if failure is None and is_disk_full(self.folder):
            failure = disk_full()
        if failure is None:
            return replace(status, state=INTERRUPTED, message="its process ended unexpectedly")
        return replace(status, state=FAILED, message=failure.message, failure=failure.code)

    def metrics(self) -> Iterator[dict[str, Any]]:
        """Lines of metrics.jsonl; one that was cut by a kill is skipped."""
        try:
            file = open_file(self.folder / "metrics.jsonl")
        except OSError:
            return
        with file:
            for line in file:
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError):
                    continue

    def checkpoint(self, which: str = "") -> Path:
        """Folder of the `best` or `latest` checkpoint, or of one by its name; default best.

        Raises UnknownRun where there is none.
        """
        parent = self.folder / "checkpoints"
        for pointer in (which,) if which else ("best", "latest"):
            with suppress(InvalidJson, BadName):
                target: CheckpointPointer = read_json(
                    parent / f"{pointer}.json", CheckpointPointer, MAX_POINTER_BYTES
                )
                return parent / checked_name(target.checkpoint)
        named = parent / checked_name(which or "best")
        if which and named.is_dir():
            return named
        raise UnknownRun(f"run '{self.name}' has no checkpoint yet")

    def log_tail(self, lines: int = 40) -> str:
        """Last lines of the process's output, without what TensorFlow notes and warns of."""
        try:
            with open_file(self.folder / "log.txt") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
                text = file.read(LOG_TAIL_BYTES).decode("utf-8", errors="replace")
        except OSError:
            return ""
        own = [line for line in text.splitlines() if not _TENSORFLOW_NOTE.match(line)]
        return "\n".join(own[-lines:])
