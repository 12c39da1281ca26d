"""Workers of one training on several machines: their addresses, and which of them this one is."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from musicgen.bounds import within
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.json_files import parse_json

ENVIRONMENT = "TF_CONFIG"  # in which TensorFlow expects the workers
MAX_WORKERS = 1024
CONNECT_SECONDS = 2.0
_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,253}:[0-9]{1,5}|\[[0-9A-Fa-f:]+\]:[0-9]{1,5}")


class WorkerLost(MusicgenError):
    """Another worker of the training has died or cannot be reached."""


@dataclass(frozen=True)
class Workers:
    """Addresses host:port of all workers in order, and the number of this one; 0 is the chief."""

    addresses: tuple[str, ...]
    number: int

    def __post_init__(self) -> None:
        within("number of workers", len(self.addresses), 1, MAX_WORKERS)
        within("worker", self.number, 0, len(self.addresses) - 1)
        for address in self.addresses:
            if not _ADDRESS.fullmatch(address):
                raise InvalidSetting(f"'{address[:80]}' is no address host:port of a worker")
        if len(set(self.addresses)) < len(self.addresses):
            raise InvalidSetting("two workers have the same address")

    @property
    def count(self) -> int:
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this worker writes the run folder."""
        return self.number == 0

    def rows(self, batch_size: int) -> slice:
        """This worker's rows of a batch; raises InvalidSetting where it cannot be divided."""
        if batch_size % self.count:
            nearest = max(1, round(batch_size / self.count)) * self.count
            raise InvalidSetting(
                f"a batch of {batch_size} windows cannot be divided among {self.count} workers: "
                f"choose a batch size of {nearest}"
            )
        size = batch_size // self.count
        return slice(self.number * size, (self.number + 1) * size)

    def set_environment(self) -> None:
        """Say to TensorFlow which workers there are; before it is loaded."""
        task = {"type": "worker", "index": self.number}
        cluster = {"worker": list(self.addresses)}
        os.environ[ENVIRONMENT] = json.dumps({"cluster": cluster, "task": task})

    def unreachable(self) -> list[str]:
        """Addresses of other workers that nobody answers at."""
        others = [a for number, a in enumerate(self.addresses) if number != self.number]
        return [address for address in others if not _answers(address)]


def workers_of(addresses: str, number: int) -> Workers:
    """Workers as they are written on a command line: `host:port,host:port` and a number."""
    return Workers(tuple(address.strip() for address in addresses.split(",")), number)


def workers_of_environment(environment: Mapping[str, str]) -> Workers | None:
    """Workers that TF_CONFIG names; None where it names fewer than two. Raises InvalidJson."""
    text = environment.get(ENVIRONMENT, "")
    if not text:
        return None
    config: _Config = parse_json(text, _Config, ENVIRONMENT)
    addresses = (*config.cluster.chief, *config.cluster.worker)
    number = config.task.index + len(config.cluster.chief) * (config.task.type == "worker")
    return Workers(addresses, number) if len(addresses) > 1 else None


class _Cluster(msgspec.Struct):
    worker: tuple[str, ...] = ()
    chief: tuple[str, ...] = ()


class _Task(msgspec.Struct):
    type: str
    index: int


class _Config(msgspec.Struct):
    cluster: _Cluster
    task: _Task


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS):
            return True
    except OSError:
        return False
