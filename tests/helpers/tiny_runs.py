"""Run folders with a tiny checkpoint of random weights that can compose."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.composing.pipeline import Composer
from musicgen.composing.records.saved_pieces import SavedPiece, save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import write_training_profile
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import FORMAT
from musicgen.models.settings import ModelSettings, settings_to_json
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.training.settings import RunSettings
from tests.helpers.tiny_graphs import MODEL, tiny_checkpoint
from tests.helpers.tiny_music import band_pieces, tiny_pieces


def write_run(
    runs: Path,
    name: str = "tiny",
    source: str = "bach-chorales",
    training: list[Score] | None = None,
    checkpoints: tuple[str, ...] = ("epoch-0002",),
    encoding: Encoding | None = None,
    model: ModelSettings = MODEL,
    seed: int = 0,
) -> Path:
    """Write a finished run with random weights; the last checkpoint is the best.

    training: pieces of its training profile; None writes no profile. model: settings stored in
    the run; the graphs are the same for all models. seed: of the first checkpoint's weights.
    """
    encoding = encoding or EventsEncoding()
    folder = runs / name
    with pytest.MonkeyPatch.context() as patch:  # sealed for the home folder that the runs are in
        if runs.name == "runs":
            patch.setenv("MUSICGEN_HOME", str(runs.parent))
        for number, checkpoint in enumerate(checkpoints, start=seed):
            _write_checkpoint(folder / "checkpoints" / checkpoint, encoding, number, source, model)
    for pointer in ("best", "latest"):
        write_json(folder / "checkpoints" / f"{pointer}.json", {"checkpoint": checkpoints[-1]})
    write_json(folder / "run.json", RunSettings(name, source, encoding.name, model).to_json())
    status = {"state": "finished", "epoch": 2, "valid_loss": 3.5, "heartbeat": time.time()}
    write_json(folder / "status.json", status)
    if training is not None:
        write_training_profile(folder, training, tiny_pieces(4, 30), encoding=encoding)
    return folder


def band_composer(
    folder: Path, training: list[Score] | None = None, encoding: PartsEncoding | None = None
) -> Composer:
    """A composer with random weights and the profile of training pieces."""
    encoding = encoding or PartsEncoding()
    training = band_pieces() if training is None else training
    profile = write_training_profile(folder, training, band_pieces(2, 4), encoding=encoding)
    return Composer(OnnxModel(tiny_checkpoint(folder, encoding)), profile)


def planted_copy() -> SavedPiece:
    """Save a piece with 20 notes copied from `melody 03`, 5 semitones higher, from bar 3 on."""
    source = tiny_pieces()[3]
    notes = source.notes[:20].copy()
    notes["start"] += 2 * 96
    notes["pitch"] += 5
    score = Score(np.concatenate([notes_from([(0, 24, 30), (24, 24, 90)]), notes]), name="copy")
    report = originality(score, OriginalityIndex.build(tiny_pieces()))
    facts = {"originality": report.to_json(), "begin": None}
    now = datetime(2026, 1, 2)
    return save_piece(
        midi_bytes(score), "tiny@epoch-0002", ComposeSettings(), 0, facts, now, name="copy"
    )


def _write_checkpoint(
    folder: Path, encoding: Encoding, seed: int, source: str, model: ModelSettings
) -> None:
    folder.mkdir(parents=True)
    checkpoint = tiny_checkpoint(folder, encoding, seed)
    config = {
        "format": FORMAT,
        "model": settings_to_json(model),
        "state": {name: list(shape) for name, shape in checkpoint.state.items()},
        "graphs": [path.name for path in checkpoint.graphs],
        "facts": {"source": source, "epoch": 2, "valid_loss": 3.5},
    }
    write_json(folder / "config.json", config)
    write_json(folder / "vocabulary.json", encoding.to_json())
