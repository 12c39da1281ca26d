"""Export of step models as ONNX graphs: traced once, then given the current weights.

Tracing takes seconds and setting weights milliseconds, so every epoch can have its checkpoint.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from tf2onnx import optimizer as tf2onnx_optimizer

from musicgen.models.checkpoints.onnx_simplify import simplify

OPSET = 18

# By default tf2onnx copies the graph before each rewriting, which takes longer than the rewriting.
os.environ.setdefault("TF2ONNX_CATCH_ERRORS", "false")
# It warns of each pattern that it cannot simplify, which is no fault of the graph.
logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
# Optimizers of what no model here has; each goes through the whole graph, at least twice.
for _name in (
    "remove_redundant_upsample",
    "const_dequantize_optimizer",
    "loop_optimizer",
    "global_pool_optimizer",
    "q_dq_optimizer",
    "einsum_optimizer",
):
    tf2onnx_optimizer._get_optimizers().pop(_name, None)


def trace_step(step: keras.Model, inputs: Mapping[str, tuple[tuple[int, ...], str]]) -> bytes:
    """Trace a model of one step as an ONNX graph with its current weights.

    inputs: shapes of one row and dtypes of the inputs by name, 0 for an axis that grows. Weights
    become initializers named by the path of their variable, which `with_weights` relies on.
    """
    step({name: np.zeros((1, *shape), dtype) for name, (shape, dtype) in inputs.items()})
    weights = step.trainable_variables
    other = step.non_trainable_variables

    def run(weights: Sequence[Any], inputs: Mapping[str, Any]) -> Any:
        return step.stateless_call(weights, other, inputs)[0]

    signature = [
        [tf.TensorSpec(w.shape, w.dtype, name=_argument(i)) for i, w in enumerate(weights)],
        {
            n: tf.TensorSpec(_batch_shape(shape), dtype, name=n)
            for n, (shape, dtype) in inputs.items()
        },
    ]
    function = tf.function(run, input_signature=signature, autograph=False)
    model, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=OPSET)
    _weights_to_initializers(model.graph, {_argument(i): w for i, w in enumerate(weights)})
    return simplify(model).SerializeToString()


def _batch_shape(shape: tuple[int, ...]) -> tuple[int | None, ...]:
    """The shape of any number of rows, growing axes left open."""
    return (None, *(size or None for size in shape))


def _argument(index: int) -> str:
    return f"weight_{index}"


def _weights_to_initializers(graph: Any, variables: Mapping[str, Any]) -> None:
    """Turn the graph inputs of weights into initializers, named by the path of the variable."""
    names = {argument: variable.path for argument, variable in variables.items()}
    used = set()
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name in names:
                node.input[i] = names[name]
                used.add(name)
    inputs = [value for value in graph.input if value.name not in names]
    del graph.input[:]
    graph.input.extend(inputs)
    for argument in sorted(used):
        value = variables[argument].numpy()
        graph.initializer.append(onnx.numpy_helper.from_array(value, names[argument]))
