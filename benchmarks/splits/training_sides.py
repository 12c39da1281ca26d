"""The training pieces of several runs as MIDI files in one folder, to train one model on all.

    python -m benchmarks.splits.training_sides FOLDER chorales quartets fiddle

What is held out from the runs is not among them, so that a model of the folder can be fine-tuned on
a run's collection (`musicgen train SOURCE --start-from … --split-from RUN`) and evaluated there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from musicgen.corpus.load import load_collection
from musicgen.corpus.recorded_split import split_as_recorded
from musicgen.corpus.split import TRAIN
from musicgen.rendering.midi import midi_bytes
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.run_folder.registry import find_run


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path, help="that is written; it must not exist")
    options.add_argument("runs", nargs="+")
    arguments = options.parse_args()
    arguments.folder.mkdir(parents=True)
    for run in arguments.runs:
        print(f"{run}: {write_training_side(run, arguments.folder)} pieces")


def write_training_side(name: str, folder: Path) -> int:
    """Write the pieces that a run is trained on into a folder; returns how many there are."""
    run = find_run(name)
    scores = load_collection(run.settings.source, time=run.settings.time).scores
    sides = split_as_recorded(scores, split_to_keep(run), run.settings.train.shares)
    pairs = enumerate(zip(scores, sides, strict=True))
    chosen = {at: score for at, (score, side) in pairs if side == TRAIN and len(score)}
    for at, score in chosen.items():
        (folder / f"{name}_{at:04d}.mid").write_bytes(midi_bytes(score))
    return len(chosen)


if __name__ == "__main__":
    main()
