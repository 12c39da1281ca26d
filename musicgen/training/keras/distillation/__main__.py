"""`python -m musicgen.training.keras.distillation NAME TEACHER …`: one model out of several."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields

from musicgen.errors import MusicgenError
from musicgen.paths import checked_name
from musicgen.training.keras.distillation.train import Distillation, distill

_HELP = {
    "pieces": "that the teachers compose",
    "bars": "of a composed piece, in the mean",
    "repeats": "of people's pieces, an epoch",
    "minutes": "of training",
    "learning_rate": "the maximum",
    "dropout": "of the model that learns",
    "seed": "of the pieces and of the training",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.keras.distillation")
    parser.add_argument("name", type=checked_name, help="of the new run")
    parser.add_argument(
        "teacher", type=checked_name, nargs="+", help="runs; the new one begins with the first's"
    )
    for field in fields(Distillation):
        default, text = field.default, _HELP[field.name]
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=type(default), default=default, help=f"{text}; {default}")
    options = vars(parser.parse_args())
    try:
        print(distill(options.pop("name"), options.pop("teacher"), Distillation(**options)))
    except (MusicgenError, FileExistsError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
