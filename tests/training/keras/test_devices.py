"""Promises of the code for GPUs, tested on CPUs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.backend.tensorflow.rnn import (
    _do_lstm_arguments_support_cudnn as arguments_support_cudnn,
)

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.models.backbones.cpu_lstm import CpuLSTM
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights, weights_of
from musicgen.models.settings import LstmSettings, ModelSettings, TransformerSettings
from musicgen.training.data.windows import Windows
from musicgen.training.forecast.machine import policy_of_cpu, policy_of_gpus
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.keras.trainer import StepsTrainer
from musicgen.training.settings import TrainSettings
from tests.helpers.locations import ROOT
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.keras

ENCODING, NOTES = EventsEncoding(), NotesEncoding.for_scores(tiny_pieces(4))


@pytest.mark.slow
def test_losses_on_two_devices_are_those_on_one() -> None:
    command = [sys.executable, "-m", "tests.training.keras.two_devices"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    one, two = json.loads(answer.stdout)
    assert len(one) == 20
    assert one[-1] < 0.9 * one[0]
    assert one == pytest.approx(two, abs=1e-4)


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


def test_gpus_use_the_lstm_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a GPU, `inner_loop` is that of Keras, which can use cuDNN."""
    calls = []
    monkeypatch.setattr("tensorflow.config.list_logical_devices", lambda kind: [kind])
    monkeypatch.setattr(
        keras.layers.LSTM, "inner_loop", lambda *args, **named: calls.append(args) or args[1]
    )
    layer = CpuLSTM(4, return_sequences=True)
    layer.inner_loop(np.zeros((1, 2, 3), np.float32), [], None)
    assert len(calls) == 1


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16"])
def test_the_cpu_loop_computes_what_keras_computes(kind: str) -> None:
    """Outputs and gradients of inputs and weights, compared with the LSTM of Keras."""
    import tensorflow as tf

    ours = CpuLSTM(5, return_sequences=True, dtype=f"mixed_{kind}" if kind != "float32" else kind)
    keras_own = keras.layers.LSTM(5, return_sequences=True)
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=(3, 7, 4)), tf.float32)
    results = []
    for layer in (ours, keras_own):
        layer.build(inputs.shape)
    values = [rng.normal(size=w.shape) for w in keras_own.get_weights()]

    @tf.function
    def gradients(layer: keras.Layer) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            out = tf.cast(layer(inputs), tf.float32)
            loss = tf.reduce_sum(tf.sin(3 * out))
        variables = [v.value for v in layer.trainable_variables]
        return [out, *tape.gradient(loss, [inputs, *variables])]

    for layer in (ours, keras_own):
        layer.set_weights(values)
        results.append(gradients(layer))
    for one, other in zip(*results, strict=True):
        scale = np.abs(other).max()
        assert np.abs(one - other).max() / scale < (1e-5 if kind == "float32" else 0.05)


@pytest.fixture
def policy(request: pytest.FixtureRequest) -> Any:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


LSTM = LstmSettings(8, 1, 0.1)
TRANSFORMER = TransformerSettings(16, 1, 2, context=32, dropout=0.1)


@pytest.mark.parametrize(
    ("policy", "settings", "encoding"),
    [
        ("mixed_float16", LSTM, ENCODING),
        ("mixed_bfloat16", LSTM, NOTES),  # TensorFlow traces it in a third of the time
        ("mixed_float16", TRANSFORMER, NOTES),
        ("mixed_bfloat16", TRANSFORMER, NOTES),
    ],
    indirect=["policy"],
)
def test_half_precision_trains_and_exports_float32(
    policy: str,
    settings: ModelSettings,
    encoding: Encoding,
    tmp_path: Path,
    eager_tensorflow: None,
) -> None:
    pieces = [encoding.encode(score) for score in tiny_pieces(4)]
    model = build_model(settings, encoding, seed=2)
    assert model.backbone.layers[0].compute_dtype == policy.removeprefix("mixed_")
    trainer = StepsTrainer(model, tuple(field.name for field in encoding.fields))
    trainer.compile(optimizer=build_optimizer(TrainSettings()), jit_compile=False)
    before = weights_of(model)
    batches = Windows(pieces, encoding, 16, 4).shuffled(0, 0, (0, 0))
    trainer.train_on_batch(*next(batches))
    assert all(np.isfinite(value) for value in trainer.sums().values())
    assert trainer.sums()["notes"] == 64
    trainer.train_on_batch(*next(batches))  # in float16 the scale of the loss may fall first
    assert all(value.dtype == np.float32 for value in weights_of(model).values())
    assert any(not np.array_equal(before[n], v) for n, v in weights_of(model).items())

    CheckpointWriter(model, encoding).write(tmp_path / "c", {})
    keras.config.set_dtype_policy("float32")
    exact = build_model(settings, encoding)
    load_weights(exact, tmp_path / "c")
    inputs, _, _ = next(Windows(pieces[:1], encoding, 32, 1).in_order())
    expected, half = exact(inputs, training=False), model(inputs, training=False)
    stepper = OnnxModel(open_checkpoint(tmp_path / "c")).start(1)
    tracker = encoding.tracker(1, pieces[0], 0)
    for t, row in enumerate(pieces[0].fields[:32, None]):
        for i, field in enumerate(encoding.fields):
            logits = stepper.logits(tracker.features(), row[:, :i])[0]
            assert np.abs(logits - expected[field.name][0, t].numpy()).max() < 1e-4
        stepper.push(row)
        tracker.push(row)
    for name, logits in half.items():
        assert logits.dtype == "float32"
        possible = expected[name].numpy() > -1e8
        assert np.array_equal(possible, logits.numpy() > -1e8)
        assert np.abs(logits - expected[name])[possible].max() < 0.1


def test_mixed_precision_where_the_hardware_has_it() -> None:
    assert policy_of_cpu({"avx2", "avx512f"}) == "float32"
    assert policy_of_cpu({"avx512f", "avx512_bf16"}) == "mixed_bfloat16"
    assert policy_of_cpu({"amx_bf16"}) == "mixed_bfloat16"
    new, old = {"compute_capability": (8, 0)}, {"compute_capability": (6, 1)}
    assert policy_of_gpus([new, new]) == "mixed_float16"
    assert policy_of_gpus([new, old]) == "float32"
    assert policy_of_gpus([{}]) == "float32"
