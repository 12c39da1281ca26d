"""`python -m musicgen.models.checkpoints.keras_file CHECKPOINT OUT`: its model for Keras.

`classic` is made of Keras's own layers, so that any Keras opens it. The others are opened where
this package is: after `import musicgen.models.sequence`, by `keras.saving.load_model`. Such a file
holds settings, an encoding and weights, and no code. The step graphs (ONNX) need neither.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a card is for trainings

from musicgen.models.build import build_model, in_float32
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.writer import load_weights
from musicgen.models.classic import ClassicModel


def write_keras_file(checkpoint: Path, out: Path) -> None:
    """The model with the checkpoint's weights, as `keras.saving.load_model` reads it."""
    opened = open_checkpoint(checkpoint)
    with in_float32():
        model = build_model(opened.model, opened.encoding)
        load_weights(model, checkpoint)
        whole = model.network if isinstance(model, ClassicModel) else model
        whole.save(out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.models.checkpoints.keras_file")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write_keras_file(arguments.checkpoint, arguments.out)


if __name__ == "__main__":
    main()
