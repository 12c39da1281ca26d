"""A run folder: what a training leaves on disk, and what all others read of it.

    run.json            settings
    status.json         state, heartbeat, epoch, losses; replaced whole
    metrics.jsonl       a line for each block of steps and each epoch, only ever added to
    log.txt             what the process printed
    split.json          pieces of the collection by side
    checkpoints/NAME/   checkpoints; best.json and latest.json name two of them
    stop                asks the process to stop
    lock                held by the process while it lives

This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from musicgen.errors import MusicgenError
from musicgen.files import new_folder, write_json
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.training.failures.disk import DISK_FULL, has_no_room
from musicgen.training.failures.oom import killed_for_memory, oom_kills, out_of_memory
from musicgen.training.settings import RunSettings

QUEUED, STARTING, RUNNING, STOPPING = "queued", "starting", "running", "stopping"
STOPPED, FINISHED, FAILED, INTERRUPTED = "stopped", "finished", "failed", "interrupted"
STALLED = "stalled"
ALIVE = (QUEUED, STARTING, RUNNING, STOPPING, STALLED)
# Seconds without a heartbeat before a process counts as stalled: large collections and models
# take their time before the first batch.
SILENCE = {QUEUED: 60.0, RUNNING: 60.0, STARTING: 180.0}

LOG_TAIL_BYTES = 2**16
LAUNCH = 20.0  # seconds that a new process may take to lock its run


class UnknownRun(MusicgenError):
    """There is no run of that name, or it cannot be read."""


@dataclass(frozen=True)
class Status:
    """How a run stands. Losses are bits a step."""

    state: str = QUEUED
    message: str = ""  # for people: what failed, what it is doing
    heartbeat: float = 0.0  # seconds since 1970
    epoch: int = 0  # complete ones
    epochs: int = 0
    step: int = 0
    seconds: float = 0.0  # of training, all sessions together
    loss: float | None = None
    valid_loss: float | None = None
    best_epoch: int = 0
    best_valid_loss: float | None = None
    steps_per_second: float | None = None  # predicted steps: notes of `events`
    steps_per_epoch: int = 0  # batches
    seconds_left: float | None = None
    parameters: int = 0
    device: str = ""
    pid: int = 0  # of the process that trains it
    oom_kills: int | None = None  # of the machine so far, as the process last saw it


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
        try:
            return RunSettings.from_json(json.loads((self.folder / "run.json").read_bytes()))
        except (OSError, ValueError) as problem:
            raise UnknownRun(f"run '{self.name}' cannot be read: {problem}") from None

    def status(self) -> Status:
        """As the process last wrote it, set right where the process is gone or silent."""
        status = self.written_status()
        if status.state not in ALIVE or self.bundled:
            return status
        just_begun = status.state == QUEUED and self.clock() - status.heartbeat < LAUNCH
        if not just_begun and not self.alive():
            return self._vanished(status)
        silent = self.clock() - status.heartbeat > SILENCE.get(status.state, math.inf)
        if silent and self.asked_to_stop:
            deaf = f"asked to stop, it does not answer: if it stays so, end process {status.pid}"
            return replace(status, state=STALLED, message=deaf)
        if silent:
            return replace(status, state=STALLED)
        if self.asked_to_stop and status.state in (STARTING, RUNNING):
            return replace(status, state=STOPPING)
        return status

    def _vanished(self, status: Status) -> Status:
        """How a run stands whose process is gone without a word."""
        if killed_for_memory(status.oom_kills, oom_kills()):
            with suppress(UnknownRun):
                message = out_of_memory(self.settings.train.batch_size)
                return replace(status, state=FAILED, message=message)
        if has_no_room(self.folder):
            return replace(status, state=FAILED, message=DISK_FULL)
        return replace(status, state=INTERRUPTED, message="its process ended unexpectedly")

    @property
    def asked_to_stop(self) -> bool:
        return (self.folder / "stop").exists()

    def written_status(self) -> Status:
        try:
            entry = json.loads((self.folder / "status.json").read_bytes())
            known = {f.name for f in fields(Status)}
            return Status(**{name: value for name, value in entry.items() if name in known})
        except (OSError, ValueError, AttributeError):
            return Status(state=INTERRUPTED, message="its status cannot be read")

    def alive(self) -> bool:
        """Whether a process holds the run's lock."""
        if not (self.folder / "lock").exists():
            return False
        try:
            with FileLock(self.folder / "lock", blocking=False):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    def metrics(self) -> Iterator[dict[str, Any]]:
        """The lines of metrics.jsonl; a line cut by a kill is passed over."""
        try:
            file = (self.folder / "metrics.jsonl").open(encoding="utf-8")
        except OSError:
            return
        with file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def checkpoint(self, which: str = "") -> Path:
        """The folder of the `best` or `latest` checkpoint, or of one by name; best by default."""
        for pointer in (which,) if which else ("best", "latest"):
            try:
                entry = json.loads((self.folder / "checkpoints" / f"{pointer}.json").read_bytes())
                return self.folder / "checkpoints" / checked_name(entry["checkpoint"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
        named = self.folder / "checkpoints" / checked_name(which or "best")
        if which and named.is_dir():
            return named
        raise UnknownRun(f"run '{self.name}' has no checkpoint yet")

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of what the process printed."""
        try:
            with (self.folder / "log.txt").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
                text = file.read(LOG_TAIL_BYTES).decode("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def create_run(settings: RunSettings) -> Run:
    """A new run folder, queued; FileExistsError where the name is taken."""
    folder = runs_folder() / checked_name(settings.name)
    taken = FileExistsError(f"there is a run '{settings.name}' already: choose another name")
    if folder.exists() or (PRETRAINED / settings.name).exists():
        raise taken
    try:
        with new_folder(folder) as new:
            write_json(new / "run.json", settings.to_json())
            write_json(new / "status.json", {"state": QUEUED, "heartbeat": time.time()})
    except FileExistsError:  # two people pressed Start at once
        raise taken from None
    return Run(folder)


def find_run(name: str) -> Run:
    """The run of that name, the user's own or a bundled one; UnknownRun lists what there is."""
    spellings = dict.fromkeys((checked_name(name), name))  # a folder may come from elsewhere
    for parent in (runs_folder(), PRETRAINED):
        for spelled in spellings:
            if (parent / spelled / "run.json").is_file():
                return Run(parent / spelled)
    there = ", ".join(run.name for run in list_runs()) or "none yet"
    raise UnknownRun(f"there is no run '{name}'; there are: {there}")


def list_runs() -> list[Run]:
    """All runs that can be read, the user's newest first, then the bundled ones."""
    own = sorted(_runs_in(runs_folder()), key=_changed, reverse=True)
    return own + sorted(_runs_in(PRETRAINED), key=lambda run: run.name)


def find_checkpoint(name: str) -> Path:
    """A checkpoint's folder from a run's name, NAME@latest, or a path; UnknownRun otherwise."""
    folder = Path(name)
    if (folder / "config.json").is_file():
        return folder
    if (folder / "run.json").is_file():
        return Run(folder).checkpoint()
    if any(mark in name for mark in "/\\"):
        raise UnknownRun(f"there is no checkpoint at '{name}'")
    run, _, which = name.partition("@")
    return find_run(run).checkpoint(which)


def run_of_checkpoint(folder: Path) -> Run | None:
    """The run that a checkpoint's folder lies in; None where it lies in none."""
    run = folder.resolve().parent.parent
    return Run(run) if (run / "run.json").is_file() else None


def _changed(run: Run) -> float:
    """When its settings were written."""
    try:
        return (run.folder / "run.json").stat().st_mtime
    except OSError:  # deleted in this very moment
        return 0.0


def _runs_in(folder: Path) -> list[Run]:
    if not folder.is_dir():
        return []
    return [
        Run(entry)
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and (entry / "run.json").is_file()
    ]
