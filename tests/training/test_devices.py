"""What the code for GPUs promises, held to account on CPUs."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.backend.tensorflow.rnn import (
    _do_lstm_arguments_support_cudnn as arguments_support_cudnn,
)

from musicgen.encoding.events import EventsEncoding
from musicgen.models.build import build_model
from musicgen.models.cpu_lstm import CpuLSTM
from musicgen.models.settings import LstmSettings

ENCODING = EventsEncoding()
TESTS = Path(__file__).parents[1]


def test_lstm_layers_stay_eligible_for_cudnn() -> None:
    model = build_model(LstmSettings(8, 3, 0.2), ENCODING)
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.LSTM)]
    assert len(layers) == 3
    for layer in layers:
        assert arguments_support_cudnn(
            layer.activation, layer.recurrent_activation, layer.unroll, layer.use_bias
        )
        assert layer.use_cudnn == "auto"
        assert layer.recurrent_dropout == 0


def test_gpus_get_keras_own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a GPU the call goes on to Keras, which asks cuDNN."""
    asked = []
    monkeypatch.setattr("tensorflow.config.list_logical_devices", lambda kind: [kind])
    monkeypatch.setattr(
        keras.layers.LSTM, "inner_loop", lambda *args, **named: asked.append(args) or args[1]
    )
    layer = CpuLSTM(4, return_sequences=True)
    layer.inner_loop(np.zeros((1, 2, 3), np.float32), [], None)
    assert len(asked) == 1


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16"])
def test_loop_is_keras_own(kind: str) -> None:
    """Outputs, and gradients of inputs and weights, against Keras's loop."""
    import tensorflow as tf

    ours = CpuLSTM(5, return_sequences=True, dtype=f"mixed_{kind}" if kind != "float32" else kind)
    keras_own = keras.layers.LSTM(5, return_sequences=True)
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=(3, 7, 4)), tf.float32)
    found = []
    for layer in (ours, keras_own):
        layer.build(inputs.shape)
    values = [rng.normal(size=w.shape) for w in keras_own.get_weights()]

    @tf.function
    def derived(layer: keras.Layer) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            out = tf.cast(layer(inputs), tf.float32)
            loss = tf.reduce_sum(tf.sin(3 * out))
        variables = [v.value for v in layer.trainable_variables]
        return [out, *tape.gradient(loss, [inputs, *variables])]

    for layer in (ours, keras_own):
        layer.set_weights(values)
        found.append(derived(layer))
    for one, other in zip(*found, strict=True):
        scale = np.abs(other).max()
        assert np.abs(one - other).max() / scale < (1e-5 if kind == "float32" else 0.05)


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def policy(request: pytest.FixtureRequest) -> Any:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)
