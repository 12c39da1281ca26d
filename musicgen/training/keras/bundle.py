"""`python -m musicgen.training.keras.bundle RUN`: copy a run into the runs that ship.

Its best checkpoint is stored in float16, without the optimizer.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import musicgen.models.keras_import  # noqa: F401

# isort: split
from musicgen.composing.style.training_profile import write_training_profile
from musicgen.corpus.load import load_collection
from musicgen.files import new_folder, write_json
from musicgen.models.build import build_model
from musicgen.models.checkpoints.checkpoint import (
    WEIGHTS,
    critic_folder,
    member_folder,
    open_checkpoint,
)
from musicgen.models.checkpoints.float16_export import with_float16_weights
from musicgen.models.checkpoints.members import write_member_count
from musicgen.models.checkpoints.step_graphs import seal_changed_graphs
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights, weights_of
from musicgen.paths import PRETRAINED, checked_name
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import split_to_keep
from musicgen.training.keras.final_evaluation import write_baselines, write_evaluation
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.results import EVALUATION
from musicgen.training.run_folder.run import Run

COPIED_FILES = ("run.json", "status.json", "metrics.jsonl", "split.json")


def bundle(run: Run, parent: Path = PRETRAINED) -> Run:
    """Write a run folder beside the bundled ones; FileExistsError where the name is taken."""
    checkpoint = run.checkpoint("best")
    with new_folder(parent / run.name) as new:
        for name in COPIED_FILES:
            shutil.copy2(run.folder / name, new / name)
        _pack_all(checkpoint, new / "checkpoints" / "best")
        write_json(new / "checkpoints" / "best.json", {"checkpoint": "best"})
        collection = load_collection(run.settings.source, time=run.settings.time)
        encoding = open_checkpoint(checkpoint).encoding
        data = prepare(collection, run.settings, encoding, split_to_keep(run))
        write_json(new / "split.json", data.names())
        train, valid = data.scores["train"], data.scores["valid"]
        steps = data.pieces["train"]
        write_training_profile(new, train, valid, encoding=data.encoding, steps=steps)
        write_baselines(Run(new), data.encoding, data.scores)
        write_evaluation(Run(new), data.scores)
    return Run(parent / run.name)


def _pack_all(source: Path, target: Path) -> None:
    """`_pack` for a checkpoint with its critic and its other members."""
    members = open_checkpoint(source).members
    _pack(source, target)
    for number, member in enumerate(members, 2):
        _pack(member, member_folder(target, number))
    if members:
        write_member_count(target, len(members))
    if critic_folder(source).is_dir():
        _pack(critic_folder(source), critic_folder(target))


def _pack(source: Path, target: Path) -> None:
    """Write a copy of a checkpoint whose weights are in its graphs, in float16."""
    opened = open_checkpoint(source)
    model = build_model(opened.model, opened.encoding)
    load_weights(model, source)
    CheckpointWriter(model, opened.encoding, opened.primers).write(target, opened.facts)
    weights = weights_of(model)
    packed = open_checkpoint(target)
    for graph in packed.graphs:
        graph.write_bytes(with_float16_weights(graph.read_bytes(), weights))
    (target / WEIGHTS).unlink()
    seal_changed_graphs(packed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.keras.bundle")
    parser.add_argument("run", type=checked_name)
    run = bundle(find_run(parser.parse_args().run))
    size = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
    evaluations = json.loads((run.folder / EVALUATION).read_bytes())
    bits = {side: evaluation["bits_per_note"] for side, evaluation in evaluations.items()}
    print(f"{run.name}: {size / 1e6:.1f} MB", bits)


if __name__ == "__main__":
    main()
