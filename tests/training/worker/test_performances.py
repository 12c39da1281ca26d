"""A training on performances: a clock of 10 ms from the files to a composed piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.registry import create_run, find_checkpoint
from musicgen.training.worker.process import train_run
from tests.helpers.bands import performance_midi
from tests.training.worker.tiny_trainings import tiny_settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("training_home")]


def test_a_model_of_performances_composes_in_seconds(
    tmp_path: Path, eager_tensorflow: None
) -> None:
    folder = tmp_path / "played"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.mid").write_bytes(performance_midi(40 + 20 * number))
    run = create_run(tiny_settings("played", str(folder), "events", epochs=1, length=64))
    assert train_run(run) == "finished"
    checkpoint = open_checkpoint(find_checkpoint("played"))
    assert checkpoint.encoding.grid.name == "seconds"
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    [piece] = composer.compose(ComposeSettings(bars=5, seed=1))
    assert piece.score.is_performance and piece.score.seconds <= 10
    written = tmp_path / "composed.mid"
    written.write_bytes(midi_bytes(piece.score))
    [read] = load_collection(written, time="seconds").scores
    assert (read.tempo, len(read)) == (120, len(piece.score))
    times = read.seconds_at(read.notes["start"])
    assert times == pytest.approx(piece.score.seconds_at(piece.score.notes["start"]), abs=1e-6)
