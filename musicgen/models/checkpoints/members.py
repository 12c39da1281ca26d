"""Checkpoints with members: the model is the mean of several models' probabilities.

The first model is the checkpoint itself: a training that begins with it begins with that one alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from musicgen.file_hashes import write_listed
from musicgen.files import to_json_bytes
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    MAX_MEMBERS,
    OPTIMIZER,
    PROGRESS,
    BadCheckpoint,
    Checkpoint,
    check_critic,
    config_json,
    critic_folder,
    member_folder,
    open_checkpoint,
    open_without_graphs,
    reads_features_of,
)
from musicgen.models.settings import ClassicSettings, CriticSettings


def check_member(member: Checkpoint, checkpoint: Checkpoint) -> None:
    """Raise BadCheckpoint where a checkpoint cannot be another one's member.

    It may read fewer features than the first model does.
    """
    name = f"{checkpoint.folder.name}: member {member.folder.name}"
    if isinstance(member.model, CriticSettings | ClassicSettings) or member.members:
        raise BadCheckpoint(f"{name} is no single model of steps")
    if isinstance(checkpoint.model, ClassicSettings):
        raise BadCheckpoint(f"{name}: a model of windows has no members")
    if not reads_features_of(member.encoding, checkpoint.encoding):
        raise BadCheckpoint(f"{name} is of another encoding than the first model")


def open_members(checkpoint: Checkpoint) -> Iterator[Checkpoint]:
    """The second and further models of a checkpoint. Raises BadCheckpoint."""
    for folder in checkpoint.members:
        member = open_checkpoint(folder)
        check_member(member, checkpoint)
        yield member


def write_mean(folder: Path, checkpoints: Sequence[Checkpoint]) -> None:
    """Copy checkpoints into a new folder, as one whose members they are. Raises BadCheckpoint."""
    if not 2 <= len(checkpoints) <= MAX_MEMBERS:
        raise BadCheckpoint(f"a mean is of 2 to {MAX_MEMBERS} models, not {len(checkpoints)}")
    first, *others = checkpoints
    for member in others:
        check_member(member, first)
    _copy(first.folder, folder)
    for number, member in enumerate(others, 2):
        _copy(member.folder, member_folder(folder, number))
    write_member_count(folder, len(others))


def write_member_count(folder: Path, members: int) -> None:
    """Say in a checkpoint's config.json how many models it has beside the first one."""
    checkpoint = open_without_graphs(folder)
    # The loss is that of the first model alone.
    facts = {name: value for name, value in checkpoint.facts.items() if "loss" not in name}
    _write_config(replace(checkpoint, facts=facts), members)


def copy_critic(critic: Path, folder: Path, temperature: float | None = None) -> None:
    """Copy a critic into a checkpoint's folder. Raises BadCheckpoint where it does not fit.

    temperature: that of the pieces that are drawn with it; None is that of its training.
    """
    opened = open_checkpoint(critic)
    check_critic(opened, open_checkpoint(folder))
    _copy(critic, critic_folder(folder))
    if temperature is not None and isinstance(opened.model, CriticSettings):
        model = replace(opened.model, temperature=temperature)
        _write_config(replace(opened, folder=critic_folder(folder), model=model))


def _write_config(checkpoint: Checkpoint, members: int = 0) -> None:
    """Write config.json of a checkpoint anew."""
    graphs, facts = [path.name for path in checkpoint.graphs], checkpoint.facts
    config = config_json(checkpoint.model, checkpoint.state, graphs, facts, members)
    write_listed(checkpoint.folder, CONFIG, to_json_bytes(config))


def _copy(source: Path, target: Path) -> None:
    """Copy the files of one model, without the state of its training."""
    target.mkdir(parents=True)
    left_out = {OPTIMIZER, PROGRESS}
    for path in source.iterdir():
        if path.is_file() and path.name not in left_out:
            shutil.copy2(path, target / path.name)
