"""Which step graphs are run, and the files of a checkpoint as they were saved."""

import shutil
from pathlib import Path

import pytest

from musicgen.encoding.notes import NotesEncoding
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, open_checkpoint
from musicgen.models.checkpoints.step_graphs import needs_export, read_step_graphs
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights
from musicgen.models.settings import LstmSettings
from musicgen.paths import home
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "good"
    encoding = NotesEncoding.for_scores(tiny_pieces(4))
    CheckpointWriter(build_model(LstmSettings(width=8, layers=1), encoding), encoding).write(
        folder, {}
    )
    return folder


def copied(written: Path, folder: Path, *unwanted: str) -> Path:
    shutil.copytree(written, folder)
    for name in unwanted:
        (folder / name).unlink()
    return folder


@pytest.mark.parametrize(
    "name", ["step.onnx", "config.json", "vocabulary.json", "weights.safetensors"]
)
def test_a_file_that_is_not_as_it_was_saved_is_named(
    written: Path, tmp_path: Path, name: str
) -> None:
    folder = copied(written, tmp_path / "damaged")
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(BadCheckpoint, match=f"damaged: {name} is damaged"):
        checkpoint = open_checkpoint(folder)
        read_step_graphs(checkpoint)
        load_weights(build_model(checkpoint.model, checkpoint.encoding), folder)


def test_own_graphs_are_run_and_others_are_exported_again(written: Path, tmp_path: Path) -> None:
    own = read_step_graphs(open_checkpoint(written))
    assert own.graphs["step.onnx"] == (written / "step.onnx").read_bytes()
    foreign = copied(written, tmp_path / "foreign", "sha256.json")
    for graph in foreign.glob("*.onnx"):
        graph.write_bytes(b"not a graph")
    exported = read_step_graphs(open_checkpoint(foreign))
    assert set(exported.graphs) == set(own.graphs) and exported.state == own.state
    with pytest.MonkeyPatch.context() as patch:  # in a workspace that somebody else has made
        shutil.copytree(home(), tmp_path / "copy", ignore=shutil.ignore_patterns("cache"))
        patch.setenv("MUSICGEN_HOME", str(tmp_path / "copy"))
        assert needs_export(open_checkpoint(written))


def test_graphs_alone_are_refused(written: Path, tmp_path: Path) -> None:
    folder = copied(written, tmp_path / "graphs", "weights.safetensors", "graphs.seal")
    with pytest.raises(BadCheckpoint, match="holds no weights"):
        read_step_graphs(open_checkpoint(folder))
