"""GPUs, CPU and memory of this computer, read without TensorFlow.

TensorFlow takes seconds to load and memory of the GPU, so the pages ask the driver and the
system. The training process reports the device that TensorFlow uses.
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

from musicgen.training.settings import FASTEST, FLOAT32

TENSOR_CORES = (7, 0)  # lowest compute capability with fast float16
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}  # CPUs that multiply bfloat16 twice as fast
CPUINFO = Path("/proc/cpuinfo")  # Linux only; other systems use float32
GPU_COLUMNS = "name,memory.total,memory.used,compute_cap"  # of nvidia-smi
TIMEOUT_SECONDS = 5  # of nvidia-smi
_ID = re.compile(r"GPU-[0-9a-fA-F-]+")


@dataclass(frozen=True)
class Gpu:
    """A GPU as nvidia-smi reports it."""

    name: str
    memory: int  # bytes
    used: int  # bytes, by all processes
    capability: tuple[int, int]


@dataclass(frozen=True)
class Machine:
    """Devices of a training: the GPUs, or the CPU where there are none."""

    gpus: tuple[Gpu, ...]
    cores: int
    memory: int | None  # bytes of RAM; None where it is unknown
    policy: str  # Keras's dtype policy

    @property
    def description(self) -> str:
        """Devices and dtype for people: `CPU, 2 cores`, `2 GPUs: NVIDIA A100`."""
        dtype = "" if self.policy == "float32" else f", {self.policy.removeprefix('mixed_')}"
        if not self.gpus:
            return f"CPU, {self.cores} cores{dtype}"
        count, names = len(self.gpus), sorted({gpu.name for gpu in self.gpus})
        return f"{count} GPU{'s' if count > 1 else ''}: {', '.join(names)}{dtype}"

    @property
    def free_memory(self) -> int | None:
        """Bytes for a training: all RAM, or the free memory of the fullest GPU."""
        if self.gpus:
            return min(gpu.memory - gpu.used for gpu in self.gpus)
        return self.memory


def this_machine(max_gpus: int = 0, number_format: str = FASTEST) -> Machine:
    """Devices of this computer. max_gpus: 0 takes all GPUs."""
    gpus = _gpus()
    gpus = gpus[:max_gpus] if max_gpus else gpus
    details = [{"compute_capability": gpu.capability} for gpu in gpus]
    policy = policy_of_gpus(details) if gpus else policy_of_cpu(cpu_flags())
    policy = FLOAT32 if number_format == FLOAT32 else policy
    return Machine(tuple(gpus), os.cpu_count() or 1, _memory(), policy)


def policy_of_cpu(flags: set[str]) -> str:
    """Dtype policy for a CPU with these flags."""
    return "mixed_bfloat16" if flags & BFLOAT16_FLAGS else "float32"


def policy_of_gpus(details: Sequence[Mapping[str, Any]]) -> str:
    """Dtype policy for GPUs with these TensorFlow details; float32 if one is too old."""
    fast = (entry.get("compute_capability", (0, 0)) >= TENSOR_CORES for entry in details)
    return "mixed_float16" if all(fast) else "float32"


def cpu_flags() -> set[str]:
    """Instruction set flags of the CPU; empty where they are unknown."""
    try:
        text = CPUINFO.read_text()
    except OSError:
        return set()
    return {f for line in text.splitlines() if line.startswith("flags") for f in line.split()}


def gpu_ids() -> list[str]:
    """CUDA's ids of the GPUs that this process may use."""
    return [line.strip() for line in _query("uuid") if _ID.fullmatch(line.strip())]


def _gpus() -> list[Gpu]:
    """GPUs that this process may use; empty where the driver's answer does not fit."""
    try:
        return [_parse_gpu(line) for line in _query(GPU_COLUMNS)]
    except ValueError:
        return []


def _query(columns: str) -> list[str]:
    """One line of nvidia-smi's answer per GPU; empty where it is missing or fails."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    program = shutil.which("nvidia-smi")
    if program is None or visible in ("", "-1"):
        return []
    selection = [f"--id={visible}"] if visible else []
    command = [program, f"--query-gpu={columns}", "--format=csv,noheader,nounits", *selection]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True
        )
        return [line for line in answer.stdout.splitlines() if line.strip()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def _parse_gpu(line: str) -> Gpu:
    """GPU from `NVIDIA A100, 40960, 512, 8.0`, memory in MiB. Raises ValueError."""
    name, memory, used, capability = (part.strip() for part in line.rsplit(",", 3))
    major, minor = capability.split(".")
    return Gpu(name, int(memory) << 20, int(used) << 20, (int(major), int(minor)))


def _memory() -> int | None:
    """Bytes of RAM; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
