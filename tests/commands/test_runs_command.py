"""Commands `runs` and `evaluate`."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from musicgen.cli import main
from tests.commands.run_command import answer_of

pytestmark = pytest.mark.keras


def test_runs(capsys: pytest.CaptureFixture[str], trained: str) -> None:
    row = next(row for row in answer_of(capsys, "runs")["runs"] if row["name"] == trained)
    assert (row["status"], row["epoch"]) == ("finished", 2)
    assert row["valid_loss"] > 0 and row["loss"] > 0 and row["parameters"] > 0
    assert row["device"]


def test_export_import_rename_and_delete(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trained: str,
    tmp_path: Path,
) -> None:
    out = tmp_path / "tiny.zip"
    exported = answer_of(capsys, "runs", "export", trained, "--out", str(out))
    assert exported == {"run": "tiny", "file": str(out)}
    assert "tiny/run.json" in zipfile.ZipFile(out).namelist()
    assert answer_of(capsys, "runs", "import", str(out)) == {"run": "tiny 2"}
    assert answer_of(capsys, "runs", "rename", "tiny 2", "copy") == {"run": "copy"}
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["runs", "--json", "delete", "copy"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"run": "copy", "deleted": False}
    assert printed.err.startswith("Delete copy with its checkpoints")
    assert "copy" in {row["name"] for row in answer_of(capsys, "runs")["runs"]}
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert answer_of(capsys, "runs", "delete", "copy") == {"run": "copy", "deleted": True}
    answer_of(capsys, "runs", "import", str(out))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert answer_of(capsys, "runs", "delete", "tiny 2", "--yes")["deleted"]
    names = {row["name"] for row in answer_of(capsys, "runs")["runs"]}
    assert trained in names and not names & {"copy", "tiny 2"}


@pytest.mark.slow
def test_export_to_keras(capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path) -> None:
    out = tmp_path / "tiny.keras"
    answer_of(capsys, "runs", "export", trained, "--out", str(out))
    assert {"config.json", "model.weights.h5"} <= set(zipfile.ZipFile(out).namelist())


def test_evaluate(capsys: pytest.CaptureFixture[str], trained: str) -> None:
    answer = answer_of(capsys, "evaluate", trained, "--split", "valid")
    assert 0 < answer["bits_per_note"] < 22
    assert set(answer["accuracy"]) == {"shift", "pitch", "duration"}
    assert answer["notes"] == 45 * answer["pieces"]
