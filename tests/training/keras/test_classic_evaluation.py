"""Evaluation of `classic` in batches of windows."""

from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.notes import NotesEncoding
from musicgen.evaluation.likelihood import evaluate
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import Checkpoint, open_checkpoint
from musicgen.models.checkpoints.writer import CheckpointWriter
from musicgen.models.settings import ClassicSettings
from musicgen.training.keras.classic_evaluation import BATCH_WINDOWS, evaluate_classic
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.keras

PIECES = tiny_pieces(6, 50)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    folder: Path = tmp_path_factory.mktemp("classic") / "checkpoint"
    encoding = NotesEncoding.for_scores(PIECES)
    model = build_model(ClassicSettings(width=8, layers=3, dense=8, window=10), encoding, seed=1)
    primer = encoding.encode(PIECES[0]).fields[:10]
    CheckpointWriter(model, encoding, [primer]).write(folder, {})
    return open_checkpoint(folder)


@pytest.mark.slow
def test_results_are_those_of_stepping_through_the_graphs(checkpoint: Checkpoint) -> None:
    progress: list[tuple[int, int]] = []
    windows = evaluate_classic(
        checkpoint, PIECES, lambda *of: progress.append(of), is_time_over=lambda: False
    )
    steps = evaluate(OnnxModel(checkpoint), PIECES, checkpoint.primers[0])
    assert windows.bits_per_note == pytest.approx(steps.bits_per_note, abs=1e-4)
    assert windows.accuracy == pytest.approx(steps.accuracy)
    costs = [piece.bits for piece in steps.pieces]
    assert [piece.bits for piece in windows.pieces] == pytest.approx(costs, rel=1e-4)
    assert (windows.steps, windows.notes) == (steps.steps, steps.notes)
    assert progress == [(0, 342), (128, 342), (256, 342), (342, 342)]


@pytest.mark.slow
def test_a_time_limit_leaves_random_windows_of_all_pieces(checkpoint: Checkpoint) -> None:
    sample = evaluate_classic(checkpoint, PIECES, lambda *_: None, is_time_over=lambda: True)
    assert sample.steps == BATCH_WINDOWS
    assert len(sample.pieces) == sample.total_pieces == 6
    assert sample.notes == pytest.approx(sample.total_notes * BATCH_WINDOWS / 342, abs=6)
    assert np.isfinite(sample.bits_per_note)
