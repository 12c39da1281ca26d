"""Reshapes of the last axes that export to ONNX with an open first axis."""

from __future__ import annotations

from typing import Any

from keras import ops

from musicgen.models.tensors import Tensor


def merge_last_axes(values: Tensor) -> Tensor:
    """(..., K, C) -> (..., K * C)."""
    return ops.reshape(values, (*leading_shape(values), values.shape[-2] * values.shape[-1]))


def split_last_axis(values: Tensor, size: int) -> Tensor:
    """(..., K * size) -> (..., K, size)."""
    leading = leading_shape(values[..., None])
    return ops.reshape(values, (*leading, values.shape[-1] // size, size))


def leading_shape(values: Tensor) -> tuple[Any, ...]:
    """The shape before the last two axes, its first axis left open."""
    return (-1, *ops.shape(values)[1:-2])
