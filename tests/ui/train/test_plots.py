"""Metrics of a training as plots."""

from pathlib import Path

import numpy as np
import pytest

from musicgen.training.run_folder.metrics import Metrics
from musicgen.ui.train.curves import MAX_POINTS, Curve, Plot
from musicgen.ui.train.plots import (
    EPOCHS,
    MINUTES,
    NATS,
    View,
    comparison_plot,
    field_plot,
    loss_plot,
    robust_top,
    step_plot,
)
from tests.helpers.example_runs import add_epoch, run_that_is


@pytest.fixture
def metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Metrics:
    """Three epochs of ten steps, losses 8.99 to 8.7, validation 4.9, 4.8, 4.7."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return Metrics(run_that_is("stopped", epochs=3)).update()


def curves_of(plot: Plot) -> dict[str, Curve]:
    return {curve.name: curve for curve in plot.curves}


def test_loss_by_step_with_the_best_epoch(metrics: Metrics) -> None:
    curves = curves_of(loss_plot(metrics, View(smoothing=0.0)))
    assert list(curves) == ["training", "validation", "best: 4.70 in epoch 3"]
    assert curves["training"].x.tolist() == list(range(1, 31))
    assert curves["training"].y[0] == pytest.approx(8.99)
    assert curves["validation"].x.tolist() == [10, 20, 30]
    assert curves["validation"].y.tolist() == pytest.approx([4.9, 4.8, 4.7])
    assert curves["best: 4.70 in epoch 3"].x.tolist() == [30]


def test_nats_by_minutes_and_epochs(metrics: Metrics) -> None:
    plot = loss_plot(metrics, View(MINUTES, NATS), references={"uniform": 20.0})
    curves = curves_of(plot)
    assert curves["validation"].x.tolist() == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert curves["validation"].y[0] == pytest.approx(4.9 * np.log(2))
    assert plot.references["uniform"] == pytest.approx(20 * np.log(2))
    assert plot.y_label == "nats a note"
    assert "training, raw" in curves
    assert curves_of(loss_plot(metrics, View(EPOCHS)))["validation"].x.tolist() == [1, 2, 3]


def test_the_zoomed_part_has_more_points() -> None:
    x = np.arange(20_000.0)
    plot = Plot([Curve("loss", x, 2 * x, "red")], "batches", "bits")
    (coarse,) = plot.to_json("a")["curves"]
    (fine,) = plot.to_json("a", (1000.0, 1399.5))["curves"]
    assert len(coarse["x"]) == MAX_POINTS
    assert [x for x in coarse["x"] if 1000 <= x < 1400] == [*np.arange(1019.5, 1400, 40)]
    within = [x for x in fine["x"] if 1000 <= x < 1400]
    assert within == [*range(1000, 1400)]
    assert fine["y"] == [2 * x for x in fine["x"]]
    assert fine["x"] == sorted(fine["x"]) and len(fine["x"]) <= 3 * MAX_POINTS
    assert plot.to_json("a", (1e9, 2e9))["curves"][0]["x"][-1] == 19_999


def test_a_short_curve_is_never_thinned() -> None:
    x = np.array([1.0, np.nan, 3.0])
    plot = Plot([Curve("loss", x, x, "red")], "batches", "bits")
    assert plot.to_json("a", (1.0, 2.0))["curves"][0]["x"] == [1.0, None, 3.0]


def test_a_field_has_a_curve_for_training_and_for_validation(metrics: Metrics) -> None:
    curves = curves_of(field_plot(metrics, "accuracy", "accuracy", View(EPOCHS)))
    assert curves["pitch, training"].y.tolist() == [0.5, 0.5, 0.5]
    assert curves["pitch, validation"].y.tolist() == [0.4, 0.4, 0.4]


def test_a_column_is_plotted_in_another_unit(metrics: Metrics) -> None:
    (curve,) = step_plot(metrics, "steps_per_second", "speed", View(), factor=2.0).curves
    assert set(curve.y.tolist()) == {1800.0}


def test_a_run_without_validation_is_compared_by_its_training_loss(metrics: Metrics) -> None:
    other = run_that_is("running", "other", epochs=0)
    add_epoch(other, 1)
    text = (other.folder / "metrics.jsonl").read_text().replace("valid_loss", "no_loss")
    (other.folder / "metrics.jsonl").write_text(text)
    runs = [("one", metrics), ("two", Metrics(other).update())]
    curves = curves_of(comparison_plot(runs, View(EPOCHS)))
    assert comparison_plot(runs, View(EPOCHS), "note").y_label == "bits a note, validation"
    assert list(curves) == ["one", "two (training)"]
    assert curves["one"].y.tolist() == pytest.approx([4.9, 4.8, 4.7])


def test_curves_are_sent_thinned_and_without_nan() -> None:
    y = np.linspace(0, 1, 5000)
    y[:20] = np.nan
    json = Plot([Curve("a", np.arange(5000.0), y, "red")], "x", "y").to_json("r")
    (curve,) = json["curves"]
    assert len(curve["x"]) == len(curve["y"]) == 500
    assert curve["y"][0] is None
    assert curve["y"][-1] == pytest.approx(1, abs=0.01)
    assert json["revision"] == "r"


def test_the_first_losses_do_not_squash_the_plot() -> None:
    falling = np.concatenate([[21.0, 15.0], np.linspace(4.0, 2.0, 100)])
    top = robust_top([falling])
    assert top is not None and 4 < top < 6
    assert robust_top([np.linspace(4.0, 2.0, 100)]) is None  # nothing stands out
    assert robust_top([np.array([21.0, 2.0])]) is None  # too few to tell
    assert robust_top([]) is None
