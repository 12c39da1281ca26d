"""What a training runs on, and in which number format: GPUs where there are any, or the CPU."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from musicgen.training.forecast.machine import cpu_flags, policy_of_cpu, policy_of_gpus


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

    Products are taken in half precision where that is much faster; weights, sums and what
    becomes of them stay float32. Memory of GPUs grows as needed, so that a card can be shared.
    """
    # Keras's own choice of XLA goes with it, which would cost the LSTM its cuDNN.
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        policy = policy_of_cpu(cpu_flags())
        keras.config.set_dtype_policy(policy)
        return Devices(f"CPU ({os.cpu_count()} cores, {platform.machine()}{_in_words(policy)})")
    gpus = gpus[:most] if most else gpus
    tf.config.set_visible_devices(gpus, "GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    policy = policy_of_gpus(details)
    keras.config.set_dtype_policy(policy)
    names = sorted({entry.get("device_name", "GPU") for entry in details})
    words = f"{len(gpus)} GPU{'s' if len(gpus) > 1 else ''}: {', '.join(names)}"
    return Devices(words + _in_words(policy), mirrored() if len(gpus) > 1 else None)


def mirrored(devices: list[str] | None = None) -> Any:
    """One copy of the model a device, gradients averaged after each batch."""
    return tf.distribute.MirroredStrategy(devices)


def gpu_memory() -> int | None:
    """Bytes in use on the first GPU; None without one."""
    if not tf.config.list_logical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["current"])


def _in_words(policy: str) -> str:
    return "" if policy == "float32" else f", {policy.removeprefix('mixed_')}"
