"""Hear it learn: now and then after an epoch a short piece, always from the same seed."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from musicgen.composing.decoding.compose import compose
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.settings import ComposeSettings
from musicgen.files import write_bytes
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.run import Run

FOLDER = "samples"
SETTINGS = ComposeSettings(bars=8, notes=200, seed=0)
EVERY_ONE = 6  # epochs, the first ones
GROWTH = 1.25  # then each is that much later than the one before

FEW = 4  # of the latest pieces that are offered at first

_FILE = re.compile(r"epoch-(\d{1,6})\.mid", re.ASCII)


def is_sample_epoch(epoch: int) -> bool:
    """Whether a piece is composed after this epoch: often at first, then ever more seldom."""
    if epoch <= EVERY_ONE:
        return True
    return int(math.log(epoch, GROWTH)) > int(math.log(epoch - 1, GROWTH))


def write_sample(run: Run, epoch: int) -> None:
    """Compose from the latest checkpoint, where this epoch is worth it.

    What goes wrong is told in the log, and the training goes on.
    """
    if not is_sample_epoch(epoch):
        return
    try:
        model = OnnxModel(open_checkpoint(run.checkpoint("latest")))
        piece = compose(model, SETTINGS)[0]
        folder = run.folder / FOLDER
        folder.mkdir(exist_ok=True)
        write_bytes(folder / f"epoch-{epoch:04}.mid", midi_bytes(piece.score))
    except Exception:
        traceback.print_exc()


def samples(run: Run) -> dict[int, Path]:
    """The files of the pieces by epoch, in order."""
    try:
        names = [path for path in (run.folder / FOLDER).iterdir() if _FILE.fullmatch(path.name)]
    except OSError:
        return {}
    return {int(path.stem.removeprefix("epoch-")): path for path in sorted(names)}


def nearest_to_best(epochs: Sequence[int], best: int) -> int | None:
    """The epoch of the piece that was composed at the best one, or last before it."""
    return max((epoch for epoch in epochs if epoch <= best), default=None)


def select_epochs(epochs: Sequence[int], best: int) -> list[int]:
    """Those that tell most of many epochs: the first, the best and the latest."""
    told = {*epochs[:1], nearest_to_best(epochs, best), *epochs[-FEW:]}
    return [epoch for epoch in epochs if epoch in told]
