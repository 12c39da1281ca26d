"""`python -m musicgen.training.keras.mean NAME RUN RUN …`: a run with the mean of several.

The probability of a note is the mean of those that the best checkpoints of the runs give it. Models
that see different features, or began differently, are wrong in different places, so the mean is
better than each; it takes the time of all of them. See Dietterich, Ensemble Methods in Machine
Learning, 2000.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import musicgen.models.keras_import  # noqa: F401

# isort: split
from musicgen.corpus.load import load_collection
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.files import new_folder, write_json
from musicgen.json_files import read_json
from musicgen.models.checkpoints.checkpoint import critic_folder, open_checkpoint
from musicgen.models.checkpoints.members import copy_critic, write_mean
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import SPLIT, split_to_keep
from musicgen.training.keras.final_evaluation import HELD_OUT, write_evaluation
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.results import EVALUATION
from musicgen.training.run_folder.run import Run

NAMED_FILES = {"run.json", "sha256.json", EVALUATION}  # written anew


def combine(
    name: str, runs: Sequence[Run], critic_of: Run | None = None, temperature: float | None = None
) -> Run:
    """Write a run whose best checkpoint has those of runs as its members, and evaluate it.

    All but the model is the first run's. critic_of: the run whose critic it gets, default none;
    temperature: that of the pieces that are drawn with it, default that of its training.
    Raises FileExistsError where the name is taken, InvalidSetting and BadCheckpoint for models that
    do not fit together.
    """
    if (PRETRAINED / name).exists() or (runs_folder() / name).exists():
        raise FileExistsError(f"there is a run '{name}' already: choose another name")
    first = runs[0]
    for run in runs[1:]:
        if _held_out(run) != _held_out(first):
            raise InvalidSetting(
                f"'{run.name}' and '{first.name}' were trained with other held-out pieces: train "
                f"one with --split-from the other"
            )
    checkpoints = [open_checkpoint(run.checkpoint("best")) for run in runs]
    with new_folder(runs_folder() / name) as new:
        for path in first.folder.iterdir():
            if path.is_file() and path.name not in NAMED_FILES:
                shutil.copy2(path, new / path.name)
        write_json(new / "run.json", replace(first.settings, name=name).to_json())
        write_mean(new / "checkpoints" / "best", checkpoints)
        if critic_of is not None:
            critic = critic_folder(critic_of.checkpoint("best"))
            copy_critic(critic, new / "checkpoints" / "best", temperature)
        write_json(new / "checkpoints" / "best.json", {"checkpoint": "best"})
        _evaluate(Run(new))
    return Run(runs_folder() / name)


def _held_out(run: Run) -> list[set[str]]:
    """Names of the pieces of the held-out sides of a run."""
    split: dict[str, list[str]] = read_json(run.folder / SPLIT, dict[str, list[str]])
    return [set(split.get(side, [])) for side in HELD_OUT]


def _evaluate(run: Run) -> None:
    encoding = open_checkpoint(run.checkpoint()).encoding
    collection = load_collection(run.settings.source, time=run.settings.time)
    write_evaluation(run, prepare(collection, run.settings, encoding, split_to_keep(run)).scores)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.keras.mean")
    parser.add_argument("name", type=checked_name, help="of the new run")
    parser.add_argument("run", type=checked_name, nargs="+", help="a run whose model is a member")
    parser.add_argument("--critic-of", type=checked_name, help="run whose critic it gets")
    parser.add_argument("--temperature", type=float, help="of what is drawn with that critic")
    options = parser.parse_args()
    try:
        critic_of = find_run(options.critic_of) if options.critic_of else None
        runs = [find_run(name) for name in options.run]
        run = combine(options.name, runs, critic_of, options.temperature)
    except (MusicgenError, FileExistsError) as problem:
        sys.exit(str(problem))
    print(json.dumps({name: _bits(run.folder, name) for name in HELD_OUT}))


def _bits(folder: Path, side: str) -> float | None:
    """Bits a note of the held-out pieces of a side."""
    evaluations = json.loads((folder / EVALUATION).read_bytes())
    return evaluations[side]["bits_per_note"] if side in evaluations else None


if __name__ == "__main__":
    main()
