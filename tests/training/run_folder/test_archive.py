"""A run as a zip and back, and what strangers may send."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from musicgen.paths import BadName
from musicgen.training.run_folder.archive import BadArchive, read_archive, write_archive
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def shipped() -> Run:
    bundled = [run for run in list_runs() if run.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    return bundled[0]


def zipped(run: Run) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    return file


def changed(file: io.BytesIO, changes: dict[str, bytes | None]) -> io.BytesIO:
    """The same zip with other members; None leaves one out."""
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


def test_there_and_back(shipped: Run) -> None:
    run = read_archive(zipped(shipped), "mine")
    assert run == find_run("mine")
    assert run.settings.name == "mine"
    assert run.settings.model == shipped.settings.model
    assert list(run.metrics()) == list(shipped.metrics())
    for graph in shipped.checkpoint().glob("*"):
        assert (run.checkpoint() / graph.name).read_bytes() == graph.read_bytes()


def test_a_name_that_is_taken_gets_a_number(shipped: Run) -> None:
    file = zipped(shipped)
    assert read_archive(file).name == f"{shipped.name} 2"
    assert read_archive(file).name == f"{shipped.name} 3"
    with pytest.raises(FileExistsError):
        read_archive(file, f"{shipped.name} 2")
    with pytest.raises(BadName):
        read_archive(file, "../away")


def test_what_is_no_part_of_a_run_stays_outside(shipped: Run, home: Path) -> None:
    name = shipped.name
    run = read_archive(
        changed(
            zipped(shipped),
            {
                f"{name}/evil.py": b"print()",
                f"{name}/checkpoints/best/model.keras": b"x",
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
    assert run.checkpoint().is_dir()


def test_a_run_that_was_alive_is_stopped_here(shipped: Run) -> None:
    status = json.dumps({"state": "running", "epoch": 3}).encode()
    run = read_archive(changed(zipped(shipped), {f"{shipped.name}/status.json": status}), "mine")
    assert run.status().state == "stopped"
    assert run.status().epoch == 3


@pytest.mark.parametrize(
    "change",
    [
        {"run.json": None},
        {"run.json": b"{}"},
        {"run.json": b"["},
        {"run.json": b'{"name": "a/b"}'},
        {"checkpoints/best.json": None},
        {"checkpoints/best.json": b'{"checkpoint": "../../.."}'},
        {"checkpoints/best/config.json": b"{}"},
        {"checkpoints/best/step.onnx": None},
        {"again/run.json": b"{}"},
    ],
)
def test_a_zip_without_a_whole_run_is_refused_and_leaves_nothing(
    shipped: Run, home: Path, change: dict[str, bytes | None]
) -> None:
    members = {f"{shipped.name}/{name}": data for name, data in change.items()}
    with pytest.raises(BadArchive):
        read_archive(changed(zipped(shipped), members))
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(BadArchive, match="not a zip"):
        read_archive(io.BytesIO(data))


def test_a_damaged_zip_is_refused(shipped: Run, home: Path) -> None:
    data = bytearray(zipped(shipped).getvalue())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadArchive):
        read_archive(io.BytesIO(bytes(data)))
    assert [path for path in home.rglob("*") if path.is_file()] == []
