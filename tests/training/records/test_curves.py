"""The curves of a run as CSV."""

from __future__ import annotations

import csv
import io

from musicgen.training.records.curves import curves_csv
from tests.helpers.example_runs import run_that_is


def test_all_batches_and_epochs_have_a_row(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    rows = list(csv.DictReader(io.StringIO(curves_csv(run_that_is("stopped", epochs=2)).decode())))
    assert [row["kind"] for row in rows] == ["step"] * 20 + ["epoch"] * 2
    assert (rows[0]["loss"], rows[-1]["valid_loss"], rows[0]["valid_loss"]) == ("8.99", "4.8", "")
    assert rows[-1]["valid_accuracy.pitch"] == "0.4"


def test_a_run_without_curves_has_a_header(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    text = curves_csv(run_that_is("stopped", epochs=0)).decode()
    assert text.splitlines()[0].startswith("kind,epoch,step") and len(text.splitlines()) == 1
