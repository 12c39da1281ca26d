"""A trace does not depend on dropout, so that runs that differ in it share one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from onnxruntime import InferenceSession

from musicgen.encoding.notes import NotesEncoding
from musicgen.models.checkpoints.graph_weights import with_weights
from musicgen.models.checkpoints.traces import has_trace
from musicgen.models.settings import (
    ClassicSettings,
    ModelSettings,
    TransformerSettings,
)
from tests.helpers.tiny_music import tiny_pieces
from tests.models.checkpoints.shared_traces import SharedTraces


@pytest.mark.keras
@pytest.mark.parametrize(
    "settings",
    [TransformerSettings(16, 1, 2), ClassicSettings(8, 2, 8, 0.3, 4)],
)
def test_dropout_changes_no_step_graph(
    settings: ModelSettings, shared_traces: SharedTraces
) -> None:
    import musicgen.models.checkpoints.writer  # noqa: F401 - with Keras

    shared_traces.share_those_of_trainings()
    trace_model = shared_traces.trace_model
    assert trace_model is not None  # which shares none
    encoding = NotesEncoding.for_scores(tiny_pieces())
    with_dropout = trace_model(replace(settings, dropout=0.5), encoding)
    without = trace_model(replace(settings, dropout=0.0), encoding)
    assert with_dropout.shapes == without.shapes
    rng = np.random.default_rng(0)
    weights = {
        path: rng.normal(size=shape).astype(np.float32)
        for path, shape in without.shapes.weights.items()
    }
    for name, graph in with_dropout.graphs.items():
        expected = _outputs(with_weights(without.graphs[name], weights))
        for got, output in zip(_outputs(with_weights(graph, weights)), expected, strict=True):
            np.testing.assert_array_equal(got, output)
    assert has_trace(settings, encoding) == has_trace(replace(settings, dropout=0.1), encoding)


def _outputs(graph: bytes) -> list[np.ndarray]:
    session = InferenceSession(graph)
    dtypes = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}
    inputs = {
        value.name: np.ones([n if isinstance(n, int) else 2 for n in value.shape]).astype(
            dtypes[value.type]
        )
        for value in session.get_inputs()
    }
    outputs: list[np.ndarray] = session.run(None, inputs)
    return outputs
