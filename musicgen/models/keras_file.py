"""`python -m musicgen.models.keras_file CHECKPOINT OUT.keras`: a `classic` checkpoint for Keras.

Other models are made of layers of this program; their step graphs (ONNX) are for others.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a card is for trainings

from musicgen.models.build import build_model
from musicgen.models.checkpoint import BadCheckpoint, open_checkpoint
from musicgen.models.classic import ClassicModel
from musicgen.models.saving import load_weights


def write_keras_file(checkpoint: Path, out: Path) -> None:
    """The notebook's network with the checkpoint's weights, as `keras.models.load_model` reads it.

    BadCheckpoint where it is of another model.
    """
    opened = open_checkpoint(checkpoint)
    model = build_model(opened.model, opened.encoding)
    if not isinstance(model, ClassicModel):
        raise BadCheckpoint("only `classic` is made of Keras's own layers alone")
    load_weights(model, checkpoint)
    model.network.save(out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.models.keras_file")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write_keras_file(arguments.checkpoint, arguments.out)


if __name__ == "__main__":
    main()
