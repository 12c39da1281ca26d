"""What a training runs on: GPUs where there are any, the CPU otherwise."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

TENSOR_CORES = (7, 0)  # compute capability from which float16 is much faster


@dataclass(frozen=True)
class Devices:
    """Devices ready to train on."""

    words: str  # for people: "CPU (2 cores)", "2 GPUs: NVIDIA A100"
    strategy: Any = None  # tf.distribute.Strategy over several devices

    def scope(self) -> Any:
        """The context in which variables are made."""
        return self.strategy.scope() if self.strategy is not None else contextlib.nullcontext()


def set_up_devices(most: int = 0) -> Devices:
    """Prepare TensorFlow before its first operation; most: GPUs to use, 0 is all.

    Memory grows as needed, so that the card can be shared; float16 where it has tensor cores.
    """
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return Devices(f"CPU ({os.cpu_count()} cores, {platform.machine()})")
    gpus = gpus[:most] if most else gpus
    tf.config.set_visible_devices(gpus, "GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    if all(entry.get("compute_capability", (0, 0)) >= TENSOR_CORES for entry in details):
        keras.mixed_precision.set_global_policy("mixed_float16")
    names = sorted({entry.get("device_name", "GPU") for entry in details})
    words = f"{len(gpus)} GPU{'s' if len(gpus) > 1 else ''}: {', '.join(names)}"
    return Devices(words, mirrored() if len(gpus) > 1 else None)


def mirrored(devices: list[str] | None = None) -> Any:
    """One copy of the model a device, gradients averaged after each batch."""
    return tf.distribute.MirroredStrategy(devices)


def gpu_memory() -> int | None:
    """Bytes in use on the first GPU; None without one."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["current"])
