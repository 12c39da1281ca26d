"""Devices and number formats of a training: all GPUs, or the CPU where there is none."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from musicgen.training.forecast.machine import cpu_flags, policy_of_cpu, policy_of_gpus
from musicgen.training.keras.one_process import OneProcess
from musicgen.training.keras.worker_group import WorkerGroup, worker_strategy
from musicgen.training.settings import FASTEST, FLOAT32
from musicgen.training.workers import Workers


@dataclass(frozen=True)
class Devices:
    """Devices that TensorFlow is set up to train on."""

    description: str  # for people: "CPU (2 cores)", "2 GPUs: NVIDIA A100"
    strategy: Any = None  # tf.distribute.Strategy where there are several devices
    group: OneProcess = field(default_factory=OneProcess)

    def scope(self) -> Any:
        """Context in which the model's variables have to be created."""
        return self.strategy.scope() if self.strategy is not None else contextlib.nullcontext()


def set_up_devices(
    max_gpus: int = 0, workers: Workers | None = None, number_format: str = FASTEST
) -> Devices:
    """Configure TensorFlow, before its first operation; max_gpus 0 uses all.

    workers: the other processes of this training, which it waits for.
    """
    if workers is None:
        return _set_up_own(max_gpus, number_format)
    own = _set_up_own(max_gpus, number_format, mirrored=False)
    strategy = worker_strategy(workers)
    description = f"{own.description}, worker {workers.number + 1} of {workers.count}"
    return Devices(description, strategy, WorkerGroup(workers, strategy))


def _set_up_own(max_gpus: int, number_format: str, mirrored: bool = True) -> Devices:
    """Configure the devices of this process; mirrored: with a strategy over several GPUs.

    By default the dtype policy is mixed precision where the hardware multiplies matrices much
    faster in it; weights, sums and the softmax stay float32. GPU memory grows as needed, so that a
    card can be shared.
    """
    # This also turns off Keras's automatic XLA, with which the LSTM could not use cuDNN.
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        run_graphs_as_traced()
        policy = FLOAT32 if number_format == FLOAT32 else policy_of_cpu(cpu_flags())
        keras.config.set_dtype_policy(policy)
        return Devices(f"CPU ({os.cpu_count()} cores, {platform.machine()}{_suffix(policy)})")
    gpus = gpus[:max_gpus] if max_gpus else gpus
    tf.config.set_visible_devices(gpus, "GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    policy = FLOAT32 if number_format == FLOAT32 else policy_of_gpus(details)
    keras.config.set_dtype_policy(policy)
    names = sorted({entry.get("device_name", "GPU") for entry in details})
    description = f"{len(gpus)} GPU{'s' if len(gpus) > 1 else ''}: {', '.join(names)}"
    strategy = mirrored_strategy() if mirrored and len(gpus) > 1 else None
    return Devices(description + _suffix(policy), strategy)


def run_graphs_as_traced() -> None:
    """Turn off TensorFlow's rewriting of graphs (Grappler).

    It takes seconds when a training starts, and on CPUs batches take as long after it as before.
    Nothing changes where there is a GPU.
    """
    if tf.config.list_physical_devices("GPU"):
        return
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def mirrored_strategy(devices: list[str] | None = None) -> Any:
    """Data parallelism: one replica of the model per device, gradients averaged after a batch."""
    return tf.distribute.MirroredStrategy(devices)


def gpu_memory() -> int | None:
    """Bytes in use on the first GPU; None without one."""
    if not tf.config.list_logical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["current"])


def _suffix(policy: str) -> str:
    """Number format for the description; none for float32."""
    return "" if policy == "float32" else f", {policy.removeprefix('mixed_')}"
