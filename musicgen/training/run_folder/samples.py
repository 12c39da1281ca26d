"""Sample pieces of a training: composed after some epochs, always with the same seed."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.sampling import choose_ensemble
from musicgen.composing.style.saving import load_styles
from musicgen.files import write_bytes
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.training.run_folder.run import Run

FOLDER = "samples"
SETTINGS = ComposeSettings(bars=8, notes=200, seed=0, endings=0)
DENSE_EPOCHS = 6  # the first epochs, each with a sample
GROWTH = 1.25  # ratio of the epochs of two later samples
LATEST_COUNT = 4  # of the latest samples, offered at first

_FILE = re.compile(r"epoch-(\d{1,6})\.mid", re.ASCII)


def is_sample_epoch(epoch: int) -> bool:
    """Whether a sample is composed after an epoch: the first ones, then at growing distances."""
    if epoch <= DENSE_EPOCHS:
        return True
    return int(math.log(epoch, GROWTH)) > int(math.log(epoch - 1, GROWTH))


def write_sample(run: Run, epoch: int) -> None:
    """Compose a sample from the latest checkpoint if `is_sample_epoch`.

    A failure is printed to the log and does not end the training.
    """
    if not is_sample_epoch(epoch):
        return
    try:
        model = OnnxModel(open_checkpoint(run.checkpoint("latest")))
        ensemble = choose_ensemble(SETTINGS, load_styles(run.folder))
        [piece] = generate(model, SETTINGS, ensemble=ensemble)
        folder = run.folder / FOLDER
        folder.mkdir(exist_ok=True)
        write_bytes(folder / f"epoch-{epoch:04}.mid", midi_bytes(piece.score))
    except Exception:
        traceback.print_exc()


def sample_files(run: Run) -> dict[int, Path]:
    """MIDI files of the samples by epoch, in order of the epochs."""
    try:
        paths = list((run.folder / FOLDER).iterdir())
    except OSError:
        return {}
    files = {int(match[1]): path for path in paths if (match := _FILE.fullmatch(path.name))}
    return dict(sorted(files.items()))


def nearest_to_best(epochs: Sequence[int], best: int) -> int | None:
    """The last of the epochs up to the best one; None where all are later."""
    return max((epoch for epoch in epochs if epoch <= best), default=None)


def select_epochs(epochs: Sequence[int], best: int) -> list[int]:
    """A few of many epochs: the first, the one nearest to the best, and the latest."""
    selected = {*epochs[:1], nearest_to_best(epochs, best), *epochs[-LATEST_COUNT:]}
    return [epoch for epoch in epochs if epoch in selected]
