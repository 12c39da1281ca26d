"""A critic of a model's pieces: trained, composed with, exported, imported, bundled."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import DEFAULT_TEMPERATURE, ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import (
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    check_critic,
    critic_folder,
    open_checkpoint,
)
from musicgen.models.checkpoints.members import copy_critic
from musicgen.models.settings import CriticSettings, LstmSettings, TransformerSettings
from musicgen.theory.chosen_parts import only_parts
from musicgen.training.data.critic_windows import CriticWindows
from musicgen.training.keras.critic.rounds import NoCritic, relative_loss
from musicgen.training.keras.critic.train import CriticTraining, train_critic
from musicgen.training.run_folder.archive import BadArchive, read_archive, write_archive
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run
from tests.helpers.tiny_music import band_pieces, write_bands
from tests.helpers.tiny_runs import write_run
from tests.helpers.weighted_runs import write_weighted_run

pytestmark = pytest.mark.keras

TRAINING = CriticTraining(pieces=10, rounds=2, guided=5, minutes=0.01, temperature=0.9)
ENCODING = PartsEncoding(given_first=True, chords=True, intervals=True, bars_ago=True)
SETTINGS = ComposeSettings(bars=8, seed=1, endings=0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        patch.setattr("musicgen.training.keras.critic.rounds.EPOCH_BATCHES", 2)
        patch.setattr("musicgen.training.keras.critic.rounds.LENGTH", 32)
        yield folder


@pytest.fixture(scope="module")
def run(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a critic, and one without."""
    bands = write_bands(tmp_path_factory.mktemp("music") / "bands")
    write_weighted_run(home, "without", encoding=ENCODING)
    run = write_weighted_run(home, "with", encoding=ENCODING, source=str(bands))
    lines: list[str] = []
    folder = train_critic(run, TRAINING, say=lines.append)
    assert folder == critic_folder(run.checkpoint())
    first_epochs = [line for line in lines if line.startswith("epoch 1: loss ")]
    assert len(first_epochs) == TRAINING.rounds
    return run


def test_a_critic_is_as_large_as_its_model_whose_weights_it_begins_with():
    settings = TRAINING.critic(LstmSettings(48, 3))
    assert settings == CriticSettings(48, 3, temperature=0.9, exponent=2.0)
    assert TRAINING.critic(TransformerSettings(64)).width == CriticSettings.width


def test_a_critic_learns_what_it_adds_to_the_one_that_chose():
    target = np.array([[[1.0, 2.0], [0.0, 2.0], [1.0, 0.0]]], np.float32)  # people; its logit
    losses = relative_loss(target, np.array([[[2.0], [12.0], [10.0]]], np.float32))
    assert np.array(losses)[0] == pytest.approx([np.log(2), 10, 0], abs=1e-3)


def composed_by(run: Run, settings: ComposeSettings = SETTINGS) -> list[list[int]]:
    checkpoint = open_checkpoint(run.checkpoint())
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    return [list(map(int, note)) for note in composer.compose_one(settings).score.notes]


def test_a_critic_chooses_among_particles(run):
    with_critic = composed_by(run)
    assert with_critic == composed_by(run)
    assert with_critic != composed_by(find_run("without"))
    one = replace(SETTINGS, particles=1)
    assert composed_by(run, one) == composed_by(find_run("without"), one)
    assert composed_by(find_run("without")) == composed_by(find_run("without"), one)


def test_the_temperature_is_that_of_the_pieces_that_the_critic_knows(run):
    checkpoint = open_checkpoint(run.checkpoint())
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    temperatures = [
        composer.compose_one(replace(SETTINGS, **changes)).composition.settings.temperature
        for changes in ({}, {"particles": 1}, {"temperature": 1.2})
    ]
    assert temperatures == [0.9, DEFAULT_TEMPERATURE, 1.2]
    given = only_parts(composer.compose_one(SETTINGS).score, [0])
    [piece] = composer.accompany(SETTINGS, given)  # which the critic does not weigh
    assert piece.composition.settings.temperature == DEFAULT_TEMPERATURE


def test_pieces_of_earlier_versions_were_drawn_one_at_a_time():
    old = {**ComposeSettings().to_json(), "version": 3}
    del old["particles"], old["temperature"]
    read, later = ComposeSettings.from_json(old), ComposeSettings.from_json({**old, "version": 4})
    new = ComposeSettings.from_json({**old, "version": 5})
    assert (read.particles, read.temperature) == (1, 0.9)
    assert (later.particles, later.temperature) == (8, 0.86)
    assert (new.particles, new.temperature) == (8, None)


def test_a_critic_can_begin_as_that_of_another_model(home: Path, run: Run) -> None:
    later = write_weighted_run(home, "later", encoding=ENCODING, source=run.settings.source)
    lines: list[str] = []
    training = replace(TRAINING, rounds=1, critic_of="with", temperature=0.8)
    folder = train_critic(later, training, say=lines.append)
    assert [line.startswith("epoch 1: ") for line in lines].count(True) == 1
    assert open_checkpoint(folder).model == training.critic(LstmSettings(8, 1))
    with pytest.raises(NoCritic, match="without has no critic"):
        train_critic(later, replace(training, critic_of="without"))


def test_a_critic_can_be_copied_with_a_temperature_of_its_own(run: Run, tmp_path: Path) -> None:
    other = Run(tmp_path / "other")
    shutil.copytree(find_run("without").folder, other.folder)
    copy_critic(critic_folder(run.checkpoint()), other.checkpoint(), temperature=0.7)
    assert composed_by(other, replace(SETTINGS, temperature=0.9)) == composed_by(run)
    checkpoint = open_checkpoint(other.checkpoint())
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    assert composer.compose_one(SETTINGS).composition.settings.temperature == 0.7


def test_a_critic_may_read_fewer_features_than_its_model(run: Run) -> None:
    checkpoint = open_checkpoint(find_run("with").checkpoint())
    critic = open_checkpoint(critic_folder(checkpoint.folder))
    without_bars = replace(ENCODING, bars_ago=False)
    check_critic(replace(critic, encoding=without_bars), checkpoint)
    with pytest.raises(BadCheckpoint, match="another encoding"):
        check_critic(critic, replace(checkpoint, encoding=without_bars))


def test_an_exported_run_has_its_critic(run):
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    imported = read_archive(file, "imported")
    assert critic_folder(imported.checkpoint()).is_dir()
    assert composed_by(imported) == composed_by(run)
    shutil.rmtree(imported.folder)


def test_a_critic_composes_nothing(run, tmp_path):
    critic = open_checkpoint(critic_folder(run.checkpoint()))
    with pytest.raises(BadCheckpoint, match="critic is a critic, which draws no notes"):
        OnnxModel(critic)


def test_no_run_has_a_critic_for_a_model(run, tmp_path):
    damaged = Run(tmp_path / "runs" / "damaged")
    shutil.copytree(run.folder, damaged.folder)
    checkpoint = damaged.checkpoint()
    critic = shutil.move(critic_folder(checkpoint), tmp_path / "critic")
    shutil.rmtree(checkpoint)
    shutil.move(critic, checkpoint)
    file = io.BytesIO()
    write_archive(damaged, file)
    file.seek(0)
    with pytest.raises(BadArchive, match="is a critic"):
        read_archive(file, "damaged")


@pytest.mark.parametrize(
    ("name", "vocabulary", "reason"),
    [
        ("with", PartsEncoding(velocity=True, given_first=True), "is of another encoding than the"),
        ("with", EventsEncoding(), "is of another encoding than the model"),
        ("plain", PartsEncoding(), "only models of parts have a critic"),
    ],
)
def test_a_critic_that_does_not_fit_is_refused_at_the_import(
    run, home, tmp_path, name, vocabulary, reason
):
    if name == "plain":
        write_weighted_run(home, "plain")
    other = Run(tmp_path / "runs" / "other")
    shutil.copytree(find_run(name).folder, other.folder)
    critic = critic_folder(other.checkpoint())
    shutil.copytree(critic_folder(run.checkpoint()), critic, dirs_exist_ok=True)
    (critic / "sha256.json").unlink()
    write_json(critic / VOCABULARY, vocabulary.to_json())
    with pytest.raises(BadCheckpoint, match=reason):
        OnnxModel(open_checkpoint(other.checkpoint()))
    with pytest.raises(BadArchive, match=reason):
        read_archive(zipped(other), "other")
    assert not (home / "runs" / "other").exists()


def test_a_critic_with_other_weights_is_refused_at_the_import(run, home, tmp_path):
    other = Run(tmp_path / "runs" / "other")
    shutil.copytree(run.folder, other.folder)
    critic = critic_folder(other.checkpoint())
    (critic / "sha256.json").unlink()
    shutil.copy(other.checkpoint() / WEIGHTS, critic / WEIGHTS)
    with pytest.raises(BadArchive, match=r"critic: weights\.safetensors holds"):
        read_archive(zipped(other), "other")
    assert not (home / "runs" / "other").exists()


def zipped(run: Run) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    return file


def test_only_models_of_parts_have_critics(home):
    with pytest.raises(NoCritic, match="knows no parts"):
        train_critic(Run(write_run(home / "runs", "events")), TRAINING)


def test_half_of_the_windows_are_of_people():
    encoding = PartsEncoding()
    people, composed = (
        [encoding.encode(piece) for piece in pieces]
        for pieces in (band_pieces(2, 4), band_pieces(4, 4))
    )
    windows = CriticWindows(people, composed, encoding, 12, 4)
    inputs, targets, _ = next(windows.random(np.random.default_rng(0), (-5, 6)))
    assert targets["people"][:, 0, 0].tolist() == [1, 0, 1, 0]
    assert inputs["before"].shape == (4, 12, 3)
    batches = list(windows.in_order())
    assert [batch[1]["people"][0, 0, 0] for batch in batches] == [1, 0]
    of_people, of_composed = (batch[2]["people"] for batch in batches)
    assert set(of_people[:2].ravel()) == {1.0} and not of_people[2:].any()
    assert set(of_composed.ravel()) == {0.5}
