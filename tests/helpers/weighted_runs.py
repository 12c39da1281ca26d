"""Runs whose step graphs were exported from weights, as those of trainings are.

The first one of a process traces a tiny model in another process, which takes seconds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from musicgen.composing.style.training_profile import write_training_profile
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    VOCABULARY,
    WEIGHTS,
    config_json,
    open_without_graphs,
)
from musicgen.models.checkpoints.step_graphs import write_exported
from musicgen.models.checkpoints.traces import Trace, find_trace
from musicgen.models.settings import LstmSettings
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FINISHED, Status, write_status
from musicgen.training.settings import RunSettings
from tests.helpers.tiny_music import band_pieces, tiny_pieces

MODEL = LstmSettings(width=8, layers=1)


@cache
def tiny_trace(home: Path, encoding: Encoding) -> Trace:
    """The trace of the model of these runs, in the workspace of a home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(home))
        return find_trace(MODEL, encoding)


def write_weighted_run(
    home: Path,
    name: str = "weighted",
    encoding: PartsEncoding | None = None,
    source: str = "bach-chorales",
) -> Run:
    """Write a finished run with two checkpoints, of which the last is the best.

    encoding: default one of `notes`. source: collection in its settings, which is not read.
    """
    of_model = encoding or _encoding()
    folder, trace = home / "runs" / name, tiny_trace(home, of_model)
    settings = RunSettings(name, source, of_model.name, MODEL)
    for number in (1, 2):
        checkpoint = folder / "checkpoints" / f"epoch-{number:04}"
        checkpoint.mkdir(parents=True)
        rng = np.random.default_rng(number)
        weights = {
            path: rng.normal(0, 0.3, shape).astype(np.float32)
            for path, shape in trace.shapes.weights.items()
        }
        save_file(weights, checkpoint / WEIGHTS)
        config = config_json(MODEL, trace.shapes.state, trace.shapes.graphs, {"epoch": number})
        write_json(checkpoint / CONFIG, config)
        write_json(checkpoint / VOCABULARY, of_model.to_json())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MUSICGEN_HOME", str(home))
            write_exported(open_without_graphs(checkpoint))
    for pointer in ("best", "latest"):
        write_json(folder / "checkpoints" / f"{pointer}.json", {"checkpoint": "epoch-0002"})
    write_json(folder / "run.json", settings.to_json())
    write_status(folder, Status(state=FINISHED, epoch=2, epochs=2, valid_loss=3.5))
    write_json(folder / "split.json", {"train": ["a", "b"], "valid": ["c"], "test": []})
    (folder / "metrics.jsonl").write_text('{"kind": "step", "step": 1, "loss": 2.0}\n')
    if encoding is None:
        write_training_profile(folder, tiny_pieces(4), tiny_pieces(2, 30))
    else:
        write_training_profile(folder, band_pieces(), band_pieces(2, 4), encoding=encoding)
    return Run(folder)


@cache
def _encoding() -> NotesEncoding:
    return NotesEncoding.for_scores(tiny_pieces(4))
