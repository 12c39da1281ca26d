"""What a training can run on here, as far as it is known without TensorFlow.

Loading TensorFlow takes seconds and memory of the card, so the pages ask the machine itself; the
training says what it found.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TENSOR_CORES = (7, 0)  # compute capability from which float16 is much faster
HALF_CPUS = {"avx512_bf16", "amx_bf16"}  # bfloat16 products at twice the speed of float32
CPU_FACTS = Path("/proc/cpuinfo")  # of Linux; elsewhere float32 it is
ASKED = "name,memory.total,memory.used,compute_cap"  # of nvidia-smi
ASK_SECONDS = 5
_ID = re.compile(r"GPU-[0-9a-fA-F-]+")


@dataclass(frozen=True)
class Gpu:
    """A card as its driver tells of it."""

    name: str
    memory: int  # bytes
    used: int  # bytes, by whatever runs now
    capability: tuple[int, int]


@dataclass(frozen=True)
class Machine:
    """Where a training will most likely run; without GPUs on the CPU."""

    gpus: tuple[Gpu, ...]
    cores: int
    memory: int | None  # bytes of RAM; None where the system does not tell
    policy: str  # Keras's number format

    @property
    def description(self) -> str:
        """For people: `CPU, 2 cores`, `2 GPUs: NVIDIA A100`."""
        number = "" if self.policy == "float32" else f", {self.policy.removeprefix('mixed_')}"
        if not self.gpus:
            return f"CPU, {self.cores} cores{number}"
        count, names = len(self.gpus), sorted({gpu.name for gpu in self.gpus})
        return f"{count} GPU{'s' if count > 1 else ''}: {', '.join(names)}{number}"

    @property
    def free_memory(self) -> int | None:
        """Bytes that a training can have: of RAM in all, or free on the fullest of the cards."""
        if self.gpus:
            return min(gpu.memory - gpu.used for gpu in self.gpus)
        return self.memory


def this_machine(most: int = 0) -> Machine:
    """What is here; most: GPUs to train on at most, 0 is all, as a training chooses them."""
    gpus = _gpus()
    gpus = gpus[:most] if most else gpus
    details = [{"compute_capability": gpu.capability} for gpu in gpus]
    policy = policy_of_gpus(details) if gpus else policy_of_cpu(cpu_flags())
    return Machine(tuple(gpus), os.cpu_count() or 1, _memory(), policy)


def policy_of_cpu(flags: set[str]) -> str:
    """The number format for a CPU of these flags."""
    return "mixed_bfloat16" if flags & HALF_CPUS else "float32"


def policy_of_gpus(details: Sequence[Mapping[str, Any]]) -> str:
    """The number format for GPUs of these details; one old card decides for all."""
    able = (entry.get("compute_capability", (0, 0)) >= TENSOR_CORES for entry in details)
    return "mixed_float16" if all(able) else "float32"


def cpu_flags() -> set[str]:
    try:
        text = CPU_FACTS.read_text()
    except OSError:
        return set()
    return {f for line in text.splitlines() if line.startswith("flags") for f in line.split()}


def gpu_ids() -> list[str]:
    """What CUDA calls the cards that a process started from here may use."""
    return [line.strip() for line in _asked("uuid") if _ID.fullmatch(line.strip())]


def _gpus() -> list[Gpu]:
    """The cards that a process started from here may use."""
    try:
        return [_gpu(line) for line in _asked(ASKED)]
    except ValueError:
        return []


def _asked(facts: str) -> list[str]:
    """A line from the driver for each card; none where there is no driver, or it fails."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    program = shutil.which("nvidia-smi")
    if program is None or allowed in ("", "-1"):
        return []
    only = [f"--id={allowed}"] if allowed else []
    command = [program, f"--query-gpu={facts}", "--format=csv,noheader,nounits", *only]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=ASK_SECONDS, check=True
        )
        return [line for line in answer.stdout.splitlines() if line.strip()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def _gpu(line: str) -> Gpu:
    """`NVIDIA A100, 40960, 512, 8.0`, memory in MiB; ValueError for anything else."""
    name, memory, used, capability = (part.strip() for part in line.rsplit(",", 3))
    major, minor = capability.split(".")
    return Gpu(name, int(memory) << 20, int(used) << 20, (int(major), int(minor)))


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
