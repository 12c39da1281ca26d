"""Export of a run to a zip and import, also of zips that are damaged or malicious."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from musicgen.paths import BadName
from musicgen.training.run_folder.archive import BadArchive, read_archive, write_archive
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run
from tests.helpers.tiny_runs import write_run

OUTSIDE = b'{"checkpoint": "../../.."}'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run outside the folder of runs, with one checkpoint and metrics."""
    folder = write_run(tmp_path_factory.mktemp("elsewhere"), "tiny")
    (folder / "metrics.jsonl").write_text('{"kind": "step", "step": 1, "loss": 2.0}\n')
    return Run(folder)


def zipped(run: Run) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    return file


def changed(file: io.BytesIO, changes: dict[str, bytes | None]) -> io.BytesIO:
    """A copy of a zip with members replaced; None leaves one out."""
    new = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as archive:
        for member in old.infolist():
            if member.filename not in changes:
                archive.writestr(member, old.read(member))
        for name, data in changes.items():
            if data is not None:
                archive.writestr(name, data)
    new.seek(0)
    return new


def test_export_and_import(run: Run) -> None:
    imported = read_archive(zipped(run), "mine")
    assert imported == find_run("mine")
    assert imported.settings.name == "mine"
    assert imported.settings.model == run.settings.model
    assert list(imported.metrics()) == list(run.metrics())
    for file in run.checkpoint().glob("*"):
        assert (imported.checkpoint() / file.name).read_bytes() == file.read_bytes()


def test_a_name_that_is_taken_gets_a_number(run: Run) -> None:
    file = zipped(run)
    names = [read_archive(file).name for _ in range(3)]
    assert names == ["tiny", "tiny 2", "tiny 3"]
    with pytest.raises(FileExistsError):
        read_archive(file, "tiny 2")
    with pytest.raises(BadName):
        read_archive(file, "../away")


def test_files_that_no_run_has_are_not_extracted(run: Run, home: Path) -> None:
    name = run.name
    imported = read_archive(
        changed(
            zipped(run),
            {
                f"{name}/evil.py": b"print()",
                f"{name}/checkpoints/epoch-0002/model.keras": b"x",
                f"{name}/../../escaped": b"x",
                f"{name}/checkpoints/../up.json": b"x",
                "/absolute": b"x",
                f"{name}/lock": b"",
                f"{name}/stop": b"",
            },
        )
    )
    names = {path.name for path in home.rglob("*") if path.is_file()}
    assert not names & {"evil.py", "model.keras", "escaped", "up.json", "absolute", "lock", "stop"}
    assert imported.checkpoint().is_dir()


def test_a_run_exported_in_training_is_imported_as_stopped(run: Run) -> None:
    status = json.dumps({"state": "running", "epoch": 3}).encode()
    imported = read_archive(changed(zipped(run), {"tiny/status.json": status}))
    assert imported.status().state == "stopped"
    assert imported.status().epoch == 3


@pytest.mark.parametrize(
    "change",
    [
        {"run.json": None},
        {"run.json": b"{}"},
        {"run.json": b"["},
        {"run.json": b'{"name": "a/b"}'},
        {"checkpoints/best.json": None, "checkpoints/latest.json": None},
        {"checkpoints/best.json": OUTSIDE, "checkpoints/latest.json": OUTSIDE},
        {"checkpoints/epoch-0002/config.json": b"{}"},
        {"checkpoints/epoch-0002/vocabulary.json": None},
        {"again/run.json": b"{}"},
    ],
)
def test_a_zip_without_a_valid_run_is_rejected_and_leaves_nothing(
    run: Run, home: Path, change: dict[str, bytes | None]
) -> None:
    members = {f"{run.name}/{name}": data for name, data in change.items()}
    with pytest.raises(BadArchive):
        read_archive(changed(zipped(run), members))
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40])
def test_a_file_that_is_no_zip_is_rejected(data: bytes) -> None:
    with pytest.raises(BadArchive, match="not a zip"):
        read_archive(io.BytesIO(data))


def test_a_damaged_zip_is_rejected(run: Run, home: Path) -> None:
    data = bytearray(zipped(run).getvalue())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadArchive):
        read_archive(io.BytesIO(bytes(data)))
    assert [path for path in home.rglob("*") if path.is_file()] == []
