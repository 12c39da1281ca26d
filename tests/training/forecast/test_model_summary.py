"""Layers and parameters of a model that another process builds."""

from pathlib import Path

import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.models.parameter_count import count_classic_parameters
from musicgen.models.settings import ClassicSettings, LstmSettings, settings_to_json
from musicgen.training.forecast.model_summary import (
    Layer,
    ModelSummary,
    ModelSummaryFailed,
    build_model_summary,
    cached_model_summary,
    parameter_count,
)

NOTES = NotesEncoding(((60,), (62,), (64,)))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def test_classic_has_the_notebooks_parameters() -> None:
    assert count_classic_parameters(ClassicSettings(), 358) == 5_474_406
    assert count_classic_parameters(ClassicSettings(width=8, layers=1, dense=8), 3) == 419


def test_parameters_are_unknown_before_the_model_is_built() -> None:
    model, encoding = LstmSettings(8, 1), FramesEncoding()
    assert parameter_count(model, encoding) is None
    assert cached_model_summary(model, encoding) is None


def test_the_graph_names_every_layer() -> None:
    summary = ModelSummary(
        5, (Layer('a "quoted"', "LSTM", "8", 3, 0), Layer("b", "Dense", "2", 2, 1))
    )
    assert summary.graph.count("n0 -> n1") == 1
    assert "a 'quoted'" in summary.graph


def test_layers_of_one_depth_are_not_connected() -> None:
    depths = {"pitch_embedding": 0, "keys": 0, "lstm": 1, "pitch": 2, "duration": 2}
    layers = tuple(Layer(name, "Dense", "2", 1, depth) for name, depth in depths.items())
    lines = [line for line in ModelSummary(5, layers).graph.splitlines() if "->" in line]
    assert lines == ["n0 -> n2", "n1 -> n2", "n2 -> n3", "n2 -> n4"]


CLASSIC = ClassicSettings(width=8, layers=2, dense=8)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("model", "encoding"),
    [(CLASSIC, NOTES), (LstmSettings(8, 2), EventsEncoding())],
    ids=["classic", "lstm"],
)
def test_the_parameters_of_the_layers_add_up(
    model, encoding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # which the module would set for good
    from musicgen.models.describe import describe

    summary = describe({"model": settings_to_json(model), "encoding": encoding.to_json()})
    assert sum(layer["parameters"] for layer in summary["layers"]) == summary["parameters"]


@pytest.mark.slow
def test_another_process_builds_the_model_and_its_summary_is_cached() -> None:
    summary = build_model_summary(CLASSIC, NOTES)
    assert sum(layer.parameters for layer in summary.layers) == summary.parameters
    assert cached_model_summary(CLASSIC, NOTES) == summary
    assert parameter_count(CLASSIC, NOTES) == summary.parameters


@pytest.mark.slow
def test_a_model_that_cannot_be_built_says_why() -> None:
    with pytest.raises(ModelSummaryFailed, match="classic"):
        build_model_summary(ClassicSettings(), EventsEncoding())
