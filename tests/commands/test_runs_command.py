"""Commands `runs` and `evaluate`."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from musicgen.cli import main
from tests.commands.run_command import answer_of


def test_export_import_rename_and_delete(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tiny: str,
    tmp_path: Path,
) -> None:
    out = tmp_path / "fiddle.zip"
    exported = answer_of(capsys, "runs", "export", "fiddle", "--out", str(out))
    assert exported == {"run": "fiddle", "file": str(out)}
    assert "fiddle/run.json" in zipfile.ZipFile(out).namelist()
    assert answer_of(capsys, "runs", "import", str(out)) == {"run": "fiddle 2"}
    assert answer_of(capsys, "runs", "rename", "fiddle 2", "copy") == {"run": "copy"}
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["runs", "--json", "delete", "copy"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"run": "copy", "deleted": False}
    assert printed.err.startswith("Delete copy with its checkpoints")
    assert "copy" in {row["name"] for row in answer_of(capsys, "runs")["runs"]}
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert answer_of(capsys, "runs", "delete", "copy") == {
        "run": "copy",
        "deleted": True,
        "kept_days": 30,
    }
    answer_of(capsys, "runs", "import", str(out))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert answer_of(capsys, "runs", "delete", "fiddle 2", "--yes")["deleted"]
    names = {row["name"] for row in answer_of(capsys, "runs")["runs"]}
    assert tiny in names and not names & {"copy", "fiddle 2"}


def test_evaluate(capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path) -> None:
    answer = answer_of(capsys, "evaluate", tiny, "--split", "valid")
    assert answer["bits_per_note"] > 0
    assert set(answer["accuracy"]) == {"shift", "pitch", "duration"}
    assert answer["notes"] == 45 * answer["pieces"]
    assert answer["related_to_training"] == 0
    # Pieces of another split, of which some are trained on.
    names = [f"melody {number:02}" for number in range(12)]
    (tmp_path / "split.json").write_text(json.dumps({"train": [], "valid": names, "test": []}))
    answer = answer_of(capsys, "evaluate", tiny, "--split-from", str(tmp_path / "split.json"))
    assert answer["pieces"] == 12
    assert answer["related_to_training"] >= 7
