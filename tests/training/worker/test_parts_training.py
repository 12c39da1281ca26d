"""A training on `parts`: stopped and resumed, sampled, evaluated, moved, exported, fine-tuned."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.readers.read_score import read_score
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.keras_file import write_keras_file
from musicgen.models.checkpoints.writer import load_weights
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.ngram_model import fit_run_ngram
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.results import read_evaluation
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import sample_files
from musicgen.training.worker import launch
from musicgen.training.worker.process import train_run
from tests.helpers.tiny_music import band_pieces, write_bands
from tests.training.worker.tiny_trainings import losses_of, stop_after, tiny_settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("training_home")]

NAMES = ["Flute", "Guitar", "Cello", "Drums"]


@pytest.fixture(scope="module")
def bands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bands(tmp_path_factory.mktemp("music") / "bands")


@pytest.fixture(scope="module")
def run(training_home: Path, bands: Path) -> Run:
    """A run that was stopped in its second epoch and resumed."""
    run = create_run(tiny_settings("parts", str(bands), "parts", epochs=2))
    assert train_run(run, stop_after(7)) == "stopped"
    assert train_run(run) == "finished"
    return run


def _compose(run: Run) -> Score:
    checkpoint = open_checkpoint(run.checkpoint())
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    [piece] = composer.compose(ComposeSettings(bars=2, seed=4))
    return piece.score


def test_a_resumed_run_learns_composes_and_is_evaluated(run: Run) -> None:
    losses = losses_of(run)
    assert np.isfinite(losses).all() and losses[-2] < losses[0]
    assert [part.name for part in _compose(run).parts] == NAMES
    evaluation = read_evaluation(run.folder)
    assert evaluation is not None


def test_samples_have_the_parts_of_the_collection(run: Run) -> None:
    [path, *_] = sample_files(run).values()
    sample = read_score(path.read_bytes(), path.name)
    assert {part.name for part in sample.parts} <= set(NAMES) and len(sample.parts) > 1


def test_an_imported_run_composes_the_same(run: Run) -> None:
    file = io.BytesIO()
    write_archive(run, file)
    file.seek(0)
    imported = read_archive(file)
    assert imported.name != run.name
    assert _compose(imported) == _compose(run)


def test_the_n_gram_of_a_run_composes(run: Run) -> None:
    model = fit_run_ngram(run)
    composer = Composer(model, TrainingProfile.load(run.checkpoint()))
    [piece] = composer.compose(ComposeSettings(bars=2, seed=4))
    assert [part.name for part in piece.score.parts] == NAMES


def test_a_run_is_fine_tuned_on_other_parts(run: Run, tmp_path: Path) -> None:
    for score in band_pieces(8, 3, drums=False):
        louder = replace(score, notes=_louder(score.notes))
        (tmp_path / f"{score.name}.mid").write_bytes(midi_bytes(louder))
    settings = launch.fine_tuning_settings(run, str(tmp_path), "tuned", 0.0)
    tuned = create_run(replace(settings, train=replace(settings.train, epochs=1)))
    assert train_run(tuned) == "finished"
    assert [part.name for part in _compose(tuned).parts] == NAMES[:3]


def _louder(notes: np.ndarray) -> np.ndarray:
    notes = notes.copy()
    notes["velocity"] = 40 + np.arange(len(notes)) % 80
    return notes


def test_keras_opens_the_exported_model(run: Run, tmp_path: Path) -> None:
    checkpoint, file = open_checkpoint(run.checkpoint()), tmp_path / "model.keras"
    write_keras_file(checkpoint.folder, file)
    model = build_model(checkpoint.model, checkpoint.encoding)
    steps = checkpoint.encoding.encode(band_pieces(1)[0])
    inputs = next(Windows([steps], checkpoint.encoding, 16, 1).in_order())[0]
    load_weights(model, checkpoint.folder)
    expected = model(inputs)
    for field, logits in keras.saving.load_model(file)(inputs).items():
        assert np.abs(np.array(logits) - np.array(expected[field])).max() < 1e-5, field
