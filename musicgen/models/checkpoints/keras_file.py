"""Export of a checkpoint as a `.keras` file.

`python -m musicgen.models.checkpoints.keras_file CHECKPOINT OUT`. Any Keras opens `classic`,
which consists of Keras's own layers. The others open where this package is installed: after
`import musicgen.models.sequence`, by `keras.saving.load_model`. Such a file holds settings, an
encoding and weights, and no code. The step graphs (ONNX) need neither Keras nor this package.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from musicgen.models.checkpoints.checkpoint import open_checkpoint

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # GPUs are for trainings


def write_keras_file(folder: Path, out: Path) -> None:
    """Write the model of a checkpoint folder for `keras.saving.load_model`."""
    checkpoint = open_checkpoint(folder)  # a damaged one is refused before TensorFlow is loaded
    import musicgen.models.keras_import  # noqa: F401

    # isort: split
    from musicgen.models.build import build_model, in_float32
    from musicgen.models.checkpoints.writer import load_weights
    from musicgen.models.classic import ClassicModel

    with in_float32():
        model = build_model(checkpoint.model, checkpoint.encoding)
        load_weights(model, folder)
        saved = model.network if isinstance(model, ClassicModel) else model
        saved.save(out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.models.checkpoints.keras_file")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write_keras_file(arguments.checkpoint, arguments.out)


if __name__ == "__main__":
    main()
