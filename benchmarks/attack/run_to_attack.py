"""Runs with a tiny model to attack, of two encodings, and the notes that they compose.

That of `parts` has a critic.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile, write_training_profile
from musicgen.corpus.load import load_collection
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.steps import Encoding
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    PROGRESS,
    VOCABULARY,
    WEIGHTS,
    config_json,
    critic_folder,
    open_checkpoint,
    open_without_graphs,
)
from musicgen.models.checkpoints.step_graphs import write_exported
from musicgen.models.checkpoints.traces import find_trace
from musicgen.models.settings import CriticSettings, LstmSettings, ModelSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.position import TrainingPosition
from musicgen.training.run_folder.results import BASELINES, EVALUATION
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FINISHED, Status, write_status
from musicgen.training.settings import RunSettings

COLLECTION = "bach-chorales"
MODEL, CRITIC_MODEL = LstmSettings(width=8, layers=1), CriticSettings(width=8)
PIECES = 12
SETTINGS = ComposeSettings(bars=4, notes=40, seed=1, endings=0)


def write_run(home: Path, encoding_name: str = "notes") -> Run:
    """Write a finished run with random weights into the workspace `home`, which must be in use.

    It has the name of its encoding, and every kind of file that a run may have.
    """
    scores, name = load_collection(COLLECTION).scores[:PIECES], encoding_name
    encoding = fit_encoding(encoding_name, scores)
    folder = home / "runs" / name
    checkpoint = folder / "checkpoints" / "epoch-0001"
    _write_checkpoint(checkpoint, MODEL, encoding)
    if isinstance(encoding, PartsEncoding):
        _write_checkpoint(critic_folder(checkpoint), CRITIC_MODEL, encoding)
    for pointer in ("best", "latest"):
        write_json(folder / "checkpoints" / f"{pointer}.json", {"checkpoint": "epoch-0001"})
    write_json(folder / "run.json", RunSettings(name, COLLECTION, encoding_name, MODEL).to_json())
    write_status(folder, Status(state=FINISHED, epoch=1, epochs=1, valid_loss=3.5))
    (folder / "metrics.jsonl").write_text('{"kind": "step", "step": 1, "loss": 2.0}\n')
    write_training_profile(folder, scores[:8], scores[8:], [4.0, 5.0], encoding)
    _write_results(folder)
    return Run(folder)


def _write_checkpoint(folder: Path, model: ModelSettings, encoding: Encoding) -> None:
    """Write a checkpoint with random weights into a new folder."""
    folder.mkdir(parents=True)
    shapes = find_trace(model, encoding).shapes
    rng = np.random.default_rng(0)
    weights = {path: rng.normal(0, 0.3, shape) for path, shape in shapes.weights.items()}
    save_file({p: w.astype(np.float32) for p, w in weights.items()}, folder / WEIGHTS)
    config = config_json(model, shapes.state, shapes.graphs, {"epoch": 1, "loss": 3.0})
    write_json(folder / CONFIG, config)
    write_json(folder / VOCABULARY, encoding.to_json())
    write_exported(open_without_graphs(folder))


def _write_results(folder: Path) -> None:
    split = {"train": ["a.mid"], "valid": ["b.mid"], "test": ["c.mid"]}
    result = {"bits_per_note": 3.5, "accuracy": {"pitch": 0.5}, "notes": 9, "total_notes": 9}
    bits = {"valid": 4.5, "test": 4.0}
    baseline = {"order": 3, "bits_per_note": bits, "bits_per_step": bits}
    write_json(folder / "split.json", split)
    write_json(folder / EVALUATION, {"valid": result, "test": result})
    write_json(folder / BASELINES, {"n-gram": baseline})
    position = TrainingPosition(epoch=1, step=5, seconds=2.0, best_epoch=1, best_valid_loss=3.5)
    write_json(folder / "checkpoints" / "epoch-0001" / PROGRESS, asdict(position))
    (folder / "samples").mkdir()
    (folder / "samples" / "epoch-0001.mid").write_bytes(
        midi_bytes(load_collection(COLLECTION).scores[0])
    )


def composed_by(run: Run) -> list[list[int]]:
    """Notes of a piece that a run composes with its whole profile."""
    checkpoint = open_checkpoint(run.checkpoint())
    profile = TrainingProfile.load(checkpoint.folder)
    (piece,) = Composer(OnnxModel(checkpoint), profile).compose(SETTINGS)
    return [list(map(int, note)) for note in piece.score.notes]
