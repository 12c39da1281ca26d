"""Export of a run to a zip and import, also of zips that are damaged or malicious."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.composing.settings import ComposeSettings
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.paths import BadName
from musicgen.training.run_folder.archive import BadArchive, read_archive, write_archive
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run
from tests.helpers.weighted_runs import write_weighted_run

pytestmark = pytest.mark.keras

OUTSIDE = b'{"checkpoint": "../../.."}'


@pytest.fixture(scope="module")
def training_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(training_home: Path) -> Run:
    return write_weighted_run(training_home, "tiny")


@pytest.fixture(autouse=True)
def home(training_home: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folder, with no run but that one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(training_home))
        yield training_home
    for folder in (training_home / "runs").iterdir():
        if folder != run.folder:
            shutil.rmtree(folder)


def names_in(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "runs").iterdir())


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


def composed_by(run: Run) -> list[list[int]]:
    model = OnnxModel(open_checkpoint(run.checkpoint()))
    pieces = generate(model, ComposeSettings(bars=4, seed=1, endings=0))
    return [list(map(int, note)) for note in pieces[0].score.notes]


def test_export_and_import(run: Run) -> None:
    imported = read_archive(zipped(run), "mine")
    assert imported == find_run("mine")
    assert imported.settings.name == "mine"
    assert imported.settings.model == run.settings.model
    assert list(imported.metrics()) == list(run.metrics())
    for file in run.checkpoint().glob("*"):
        assert (imported.checkpoint() / file.name).read_bytes() == file.read_bytes()
    assert composed_by(imported) == composed_by(run)


def test_a_name_that_is_taken_gets_a_number(run: Run) -> None:
    file = zipped(run)
    names = [read_archive(file).name for _ in range(3)]
    assert names == ["tiny 2", "tiny 3", "tiny 4"]
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
    names = {path.name for path in imported.folder.rglob("*") if path.is_file()}
    assert not names & {"evil.py", "model.keras", "escaped", "up.json", "absolute", "lock", "stop"}
    assert imported.checkpoint().is_dir()
    assert names_in(home) == ["tiny", "tiny 2"]


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
    assert names_in(home) == ["tiny"]


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40])
def test_a_file_that_is_no_zip_is_rejected(data: bytes) -> None:
    with pytest.raises(BadArchive, match="not a zip"):
        read_archive(io.BytesIO(data))


def test_a_damaged_zip_is_rejected(run: Run, home: Path) -> None:
    data = bytearray(zipped(run).getvalue())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadArchive):
        read_archive(io.BytesIO(bytes(data)))
    assert names_in(home) == ["tiny"]


BEST = "checkpoints/epoch-0002"


def without_hashes(run: Run, changes: dict[str, Callable[[bytes], bytes | None]]) -> io.BytesIO:
    """The zip of a run of an earlier version, which has no hashes, with members changed."""
    paths = {path.relative_to(run.folder).as_posix(): path for path in run.folder.rglob("*")}
    new: dict[str, bytes | None] = {
        f"tiny/{name}": None for name in paths if name.endswith("sha256.json")
    }
    for name, change in changes.items():
        new[f"tiny/{name}"] = change(paths[name].read_bytes())
    return changed(zipped(run), new)


def _weights(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        arrays = load(data)
        name = min(arrays)
        return bytes(save({**arrays, name: change(arrays[name])}))

    return apply


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        (f"{BEST}/weights.safetensors", lambda _: None, "holds no weights.safetensors"),
        (f"{BEST}/weights.safetensors", _weights(lambda a: a * np.nan), "holds NaN or infinity"),
        (f"{BEST}/weights.safetensors", _weights(lambda a: a[:-1]), "model of these settings has"),
        (f"{BEST}/weights.safetensors", _weights(lambda a: a.T), "has another shape"),
        (f"{BEST}/weights.safetensors", lambda data: data[:-1], "its size is not that of"),
        (f"{BEST}/weights.safetensors", lambda _: b"\xff" * 64, "its header does not fit"),
        ("status.json", lambda _: b'{"state": {}}', "status.json cannot be read"),
        ("status.json", lambda _: b'{"state": "finished", "epoch": 1e400}', "status.json"),
        ("status.json", lambda _: b'{"state": "running late"}', "status.json"),
        ("habits.json", lambda _: b"[[]]", "habits.json cannot be read"),
        ("habits.json", lambda _: b"[" * 500_000, "habits.json cannot be read"),
        ("reference.json", lambda _: b"[],", "reference.json cannot be read"),
        ("originality.npz", lambda data: data[:-30], "index of training pieces"),
        ("split.json", lambda _: b'{"train": [1]}', "split.json cannot be read"),
    ],
)
def test_a_run_that_does_not_fit_is_refused_by_name(
    run: Run, home: Path, name: str, change: Callable[[bytes], bytes | None], reason: str
) -> None:
    with pytest.raises(BadArchive, match=reason):
        read_archive(without_hashes(run, {name: change}))
    assert names_in(home) == ["tiny"]


@pytest.mark.parametrize("name", ["habits.json", f"{BEST}/config.json", f"{BEST}/vocabulary.json"])
def test_texts_are_checked_before_arrays_are_unpacked(run: Run, home: Path, name: str) -> None:
    changes = {name: lambda _: b"[[]]", f"{BEST}/weights.safetensors": lambda _: bytes(2**25)}
    with pytest.raises(BadArchive, match=f"{Path(name).name} cannot be read"):
        read_archive(without_hashes(run, changes))
    assert names_in(home) == ["tiny"]


@pytest.mark.parametrize("name", [f"{BEST}/weights.safetensors", "habits.json"])
def test_a_run_that_is_not_as_it_was_saved_is_refused(run: Run, home: Path, name: str) -> None:
    data = bytearray((run.folder / name).read_bytes())
    data[-9] ^= 1
    with pytest.raises(BadArchive, match=f"{Path(name).name} is damaged"):
        read_archive(changed(zipped(run), {f"tiny/{name}": bytes(data)}))
    assert names_in(home) == ["tiny"]


def test_graphs_are_not_taken_from_a_zip(run: Run) -> None:
    graph = f"tiny/{BEST}/step.onnx"
    imported = read_archive(changed(zipped(run), {graph: b"an endless loop"}))
    assert composed_by(imported) == composed_by(run)


def test_large_numbers_of_zeros_are_refused(run: Run) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(run.folder / "run.json", "tiny/run.json")
        archive.writestr("tiny/metrics.jsonl", bytes(2**25))
    with pytest.raises(BadArchive, match=r"unpacks to .* times its size"):
        read_archive(bomb)


def test_a_run_in_a_zip_in_a_zip_is_refused_by_name(run: Run, home: Path) -> None:
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("downloads/tiny.zip", zipped(run).getvalue())
    with pytest.raises(BadArchive, match=r"holds a zip, 'downloads/tiny.zip', .* unpack it"):
        read_archive(outer)
    assert names_in(home) == ["tiny"]


def test_a_zip_beside_a_run_is_left_out(run: Run) -> None:
    imported = read_archive(changed(zipped(run), {"tiny/extra.zip": b"PK"}))
    assert not list(imported.folder.rglob("*.zip"))


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path / "pipe.zip", Path("/dev/zero"), tmp_path, tmp_path / "nothing"):
        with pytest.raises(BadArchive, match="is not a file"):
            read_archive(path)
