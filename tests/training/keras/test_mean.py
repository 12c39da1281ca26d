"""A mean of several models: written, composed with, exported, imported, damaged, bundled."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.errors import InvalidSetting
from musicgen.evaluation.likelihood import predict
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import (
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    member_folder,
    open_checkpoint,
)
from musicgen.models.checkpoints.members import check_member, write_mean
from musicgen.training.keras.bundle import bundle
from musicgen.training.keras.mean import combine
from musicgen.training.run_folder.archive import BadArchive, read_archive, write_archive
from musicgen.training.run_folder.results import read_evaluation
from musicgen.training.run_folder.run import Run
from musicgen.training.worker.launch import InvalidRunState, continue_run
from tests.helpers.tiny_music import band_pieces, write_bands
from tests.helpers.weighted_runs import write_weighted_run

pytestmark = pytest.mark.keras

ENCODING = PartsEncoding(given_first=True, chords=True, intervals=True, bars_ago=True)
FEWER_FEATURES = replace(ENCODING, bars_ago=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def members(home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Two runs; the second one's model sees fewer features."""
    bands = write_bands(tmp_path_factory.mktemp("music") / "bands")
    names = sorted(path.name for path in bands.iterdir())
    runs = [
        write_weighted_run(home, "first", ENCODING, str(bands)),
        write_weighted_run(home, "second", FEWER_FEATURES, str(bands)),
    ]
    for run in runs:
        split = {"train": names[2:], "valid": names[:1], "test": names[1:2]}
        write_json(run.folder / "split.json", split)
    return runs


@pytest.fixture(scope="module")
def mean(members: list[Run]) -> Run:
    return combine("both", members)


def bits_of_a_piece(run: Run) -> np.ndarray:
    """Of each field of the steps of a band's piece, (N, F)."""
    checkpoint = open_checkpoint(run.checkpoint())
    steps = checkpoint.encoding.encode(band_pieces(1, 4)[0])
    (prediction,) = predict(OnnxModel(checkpoint), [steps])
    return prediction.bits


def test_a_mean_has_the_mean_of_the_probabilities(mean, members):
    first, second, both = (0.5 ** bits_of_a_piece(run) for run in (*members, mean))
    assert np.abs(first - second).max() > 0.01
    np.testing.assert_allclose(both, (first + second) / 2, atol=1e-5)


def test_a_mean_is_evaluated_as_a_whole(mean, members):
    assert read_evaluation(mean.folder)["valid"].bits_per_note > 0
    assert mean.settings == replace(members[0].settings, name="both")


def composed_by(run: Run) -> list[list[int]]:
    checkpoint = open_checkpoint(run.checkpoint())
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    piece = composer.compose_one(ComposeSettings(bars=8, seed=1, endings=0))
    return [list(map(int, note)) for note in piece.score.notes]


def test_an_exported_mean_composes_as_before(mean, members):
    imported = read_archive(zipped(mean), "imported")
    assert composed_by(imported) == composed_by(mean) != composed_by(members[0])
    shutil.rmtree(imported.folder)


def test_a_mean_that_is_bundled_composes_without_weights(mean, tmp_path, monkeypatch):
    shipped = bundle(mean, tmp_path)
    assert not list(shipped.folder.rglob(WEIGHTS))
    monkeypatch.setattr("musicgen.models.checkpoints.step_graphs.PRETRAINED", tmp_path)
    assert len(composed_by(shipped)) > 10
    assert composed_by(read_archive(zipped(shipped), "copy")) == composed_by(shipped)


@pytest.mark.parametrize("name", ["second", "both"])
def test_a_run_that_begins_with_a_mean_begins_with_its_first_model(mean, members, name):
    weights = {run.name: (run.checkpoint() / WEIGHTS).read_bytes() for run in (*members, mean)}
    assert (weights[name] == weights["first"]) == (name == "both")


def test_a_mean_is_not_trained_further(mean):
    with pytest.raises(InvalidRunState, match="'both' is the mean of 2 models"):
        continue_run(mean, epochs=1)


def test_a_name_that_is_taken_is_refused_before_anything_is_evaluated(mean, members):
    with pytest.raises(FileExistsError, match="there is a run 'both' already"):
        combine("both", members)


def test_other_held_out_pieces_are_refused(members, home, tmp_path):
    other = write_weighted_run(home, "other", ENCODING, members[0].settings.source)
    with pytest.raises(
        InvalidSetting, match="'other' and 'first' were trained with other held-out"
    ):
        combine("mixed", [members[0], other])
    assert not (home / "runs" / "mixed").exists()


def test_models_that_do_not_fit_are_refused(members, home, tmp_path):
    first, second = (open_checkpoint(run.checkpoint()) for run in members)
    with pytest.raises(BadCheckpoint, match="member epoch-0002 is of another encoding"):
        check_member(first, second)
    with pytest.raises(BadCheckpoint, match="2 to 8 models, not 1"):
        write_mean(tmp_path / "one", [first])


def test_a_mean_has_no_means(mean, members, tmp_path):
    whole, single = (open_checkpoint(run.checkpoint()) for run in (mean, members[0]))
    with pytest.raises(BadCheckpoint, match="no single model of steps"):
        write_mean(tmp_path / "of means", [single, whole])


def remove(member: Path) -> None:
    shutil.rmtree(member)


def change_weights(member: Path) -> None:
    weights = (member / WEIGHTS).read_bytes()
    (member / WEIGHTS).write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))


def change_vocabulary(member: Path) -> None:
    (member / "sha256.json").unlink()
    write_json(member / VOCABULARY, EventsEncoding().to_json())


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove, "there is no checkpoint '2' in members"),
        (change_weights, r"weights\.safetensors is damaged"),
        (change_vocabulary, "member 2 is of another encoding"),
    ],
)
def test_a_damaged_member_is_refused_at_the_import(mean, home, tmp_path, damage, reason):
    other = Run(tmp_path / "other")
    shutil.copytree(mean.folder, other.folder)
    damage(member_folder(other.checkpoint(), 2))
    with pytest.raises(BadArchive, match=reason):
        read_archive(zipped(other), "damaged")
    assert not (home / "runs" / "damaged").exists()


def test_a_mean_without_one_of_its_members_composes_nothing(mean, tmp_path):
    other = Run(tmp_path / "other")
    shutil.copytree(mean.folder, other.folder)
    remove(member_folder(other.checkpoint(), 2))
    with pytest.raises(BadCheckpoint, match="there is no checkpoint at"):
        OnnxModel(open_checkpoint(other.checkpoint()))


def zipped(run: Run) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    return file
