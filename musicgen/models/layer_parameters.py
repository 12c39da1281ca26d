"""Number of parameters of layers that several models have; imports neither Keras nor TensorFlow."""

from __future__ import annotations

from musicgen.encoding.grid import KEYS
from musicgen.models.dimensions import KERNEL_KEYS, KEY_HIDDEN_DIM


def dense(inputs: int, units: int) -> int:
    """Count a layer with a weight for each input of each unit, and a bias for each unit."""
    return (inputs + 1) * units


def keys_head(context: int, key_features: int, filters: int) -> int:
    """Count a head that gives each key a logit, from its neighbourhood and from the context."""
    convolution = dense(KERNEL_KEYS * key_features, filters)
    by_key = convolution + dense(filters, filters) + dense(filters, 1)
    by_context = dense(context, KEY_HIDDEN_DIM) + dense(KEY_HIDDEN_DIM, KEYS)
    return by_key + 2 * dense(context, filters) + by_context
