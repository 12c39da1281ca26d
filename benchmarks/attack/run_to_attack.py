"""A run with a tiny model to attack, and the notes that it composes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile, write_training_profile
from musicgen.corpus.load import load_collection
from musicgen.encoding.notes import NotesEncoding
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    VOCABULARY,
    WEIGHTS,
    config_json,
    open_checkpoint,
    open_without_graphs,
)
from musicgen.models.checkpoints.step_graphs import write_exported
from musicgen.models.checkpoints.traces import find_trace
from musicgen.models.settings import LstmSettings
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FINISHED, Status, write_status
from musicgen.training.settings import RunSettings

MODEL = LstmSettings(width=8, layers=1)
PIECES = 12
SETTINGS = ComposeSettings(bars=4, notes=40, seed=1, endings=0)


def write_run(home: Path, name: str = "tiny") -> Run:
    """Write a finished run with random weights into the workspace `home`, which must be in use."""
    scores = load_collection("bach-chorales").scores[:PIECES]
    encoding = NotesEncoding.for_scores(scores)
    folder = home / "runs" / name
    checkpoint = folder / "checkpoints" / "epoch-0001"
    checkpoint.mkdir(parents=True)
    shapes = find_trace(MODEL, encoding).shapes
    rng = np.random.default_rng(0)
    weights = {path: rng.normal(0, 0.3, shape) for path, shape in shapes.weights.items()}
    save_file({p: w.astype(np.float32) for p, w in weights.items()}, checkpoint / WEIGHTS)
    config = config_json(MODEL, shapes.state, shapes.graphs, {"epoch": 1, "loss": 3.0})
    write_json(checkpoint / CONFIG, config)
    write_json(checkpoint / VOCABULARY, encoding.to_json())
    write_exported(open_without_graphs(checkpoint))
    for pointer in ("best", "latest"):
        write_json(folder / "checkpoints" / f"{pointer}.json", {"checkpoint": "epoch-0001"})
    write_json(folder / "run.json", RunSettings(name, "bach-chorales", "notes", MODEL).to_json())
    write_status(folder, Status(state=FINISHED, epoch=1, epochs=1, valid_loss=3.5))
    (folder / "metrics.jsonl").write_text('{"kind": "step", "step": 1, "loss": 2.0}\n')
    write_training_profile(folder, scores[:8], scores[8:])
    return Run(folder)


def composed_by(run: Run) -> list[list[int]]:
    """Notes of a piece that a run composes with its whole profile."""
    checkpoint = open_checkpoint(run.checkpoint())
    profile = TrainingProfile.load(checkpoint.folder)
    (piece,) = Composer(OnnxModel(checkpoint), profile).compose(SETTINGS)
    return [list(map(int, note)) for note in piece.score.notes]
