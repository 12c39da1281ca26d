"""Checkpoint folders, read and checked without Keras.

    config.json              format, model settings, state shapes, names of the graphs, facts
    vocabulary.json          the encoding
    weights.safetensors      all weights by path of their variable; not in a float16 export,
                             whose graphs hold them
    step.onnx, step_*.onnx   one step with carried state, a graph for each field
    graphs.seal              says that this program has exported the graphs, in this workspace
    sha256.json              hashes of all these files
    primers.json             `classic`: windows of steps to start from
    optimizer.safetensors    only where training can be resumed,
    progress.json            and at which epoch and batch
    critic/                  a checkpoint of the same form: the critic of this one's pieces
    members/2, members/3 …   checkpoints of the same form, config.json says how many: the model is
                             the mean of this one and them

Nothing in it is Python or pickle. This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import Meta

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.file_hashes import DamagedFile, check_files, listed_files
from musicgen.json_files import InvalidJson, read_json
from musicgen.models.settings import (
    CriticSettings,
    ModelSettings,
    settings_from_json,
    settings_to_json,
)

FORMAT = 1
CONFIG, VOCABULARY, PRIMERS = "config.json", "vocabulary.json", "primers.json"
WEIGHTS, OPTIMIZER = "weights.safetensors", "optimizer.safetensors"
PROGRESS = "progress.json"
CRITIC, MEMBERS = "critic", "members"
MAX_MEMBERS = 8
MAX_FILE_BYTES = 512 * 2**20
MAX_JSON_BYTES = 4 * 2**20
MAX_STATE_SIZE = 2**20  # numbers carried in one array of one row


class BadCheckpoint(MusicgenError):
    """A checkpoint that is missing, damaged or foreign; the message gives the reason."""


@dataclass(frozen=True)
class Checkpoint:
    """A checked checkpoint; its graphs are neither loaded nor trusted: `step_graphs` does that."""

    folder: Path
    encoding: Encoding
    model: ModelSettings
    state: Mapping[str, tuple[int, ...]]  # shape of one row of each carried array, 0 grows
    graphs: tuple[Path, ...]  # one a field
    primers: tuple[np.ndarray, ...]  # (n, F) steps each
    facts: Mapping[str, Any]  # run, epoch, losses: to be shown, not to compute with
    members: tuple[Path, ...] = ()  # folders of further models, of whose mean it is one


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read and check a checkpoint but for its graphs; BadCheckpoint with the reason."""
    if not folder.is_dir():
        raise BadCheckpoint(f"there is no checkpoint at '{folder}'")
    checkpoint = open_without_graphs(folder)
    for graph in checkpoint.graphs:
        if not graph.is_file():
            raise BadCheckpoint(f"{folder.name}: {graph.name} is missing")
    return checkpoint


def critic_folder(checkpoint: Path) -> Path:
    """The folder of the critic of a checkpoint's pieces, which need not exist."""
    return checkpoint / CRITIC


def check_critic(critic: Checkpoint, checkpoint: Checkpoint) -> None:
    """Raise BadCheckpoint where a critic is not one of this checkpoint's pieces.

    It may read fewer features of them than the model does.
    """
    name = checkpoint.folder.name
    if not isinstance(critic.model, CriticSettings):
        raise BadCheckpoint(f"{name}: what it holds as its critic is no critic")
    if not isinstance(checkpoint.encoding, PartsEncoding):
        raise BadCheckpoint(f"{name}: only models of parts have a critic")
    if not reads_features_of(critic.encoding, checkpoint.encoding):
        raise BadCheckpoint(f"{name}: its critic is of another encoding than the model")


def member_folder(checkpoint: Path, number: int) -> Path:
    """The folder of the second, third … model of a checkpoint, which need not exist."""
    return checkpoint / MEMBERS / str(number)


def reads_features_of(encoding: Encoding, other: Encoding) -> bool:
    """Whether an encoding has another one's fields and no feature that the other has not."""
    missing = encoding.feature_widths.items() - other.feature_widths.items()
    return encoding.fields == other.fields and not missing


def open_without_graphs(folder: Path) -> Checkpoint:
    """`open_checkpoint` for a folder whose graphs may be missing."""
    try:
        return _open(folder)
    except DamagedFile as problem:
        raise damaged_checkpoint(folder, problem) from None
    except (InvalidJson, InvalidSetting) as problem:
        raise BadCheckpoint(f"{folder.name}: {problem}") from None


def damaged_checkpoint(folder: Path, problem: DamagedFile) -> BadCheckpoint:
    """Error for a checkpoint that is not as it was saved; it names one of its run that is."""
    message = f"{folder.name}: {problem}"
    for other in sorted(folder.parent.glob("*/"), reverse=True):
        if other.name != folder.name and (other / CONFIG).is_file() and is_whole(other):
            run = folder.resolve().parent.parent.name
            return BadCheckpoint(f"{message}; {run}@{other.name} is whole")
    return BadCheckpoint(message)


def is_whole(folder: Path) -> bool:
    """Whether all files of a checkpoint are as they were saved, as far as that is known."""
    try:
        check_files(folder, listed_files(folder))
    except DamagedFile:
        return False
    return True


def config_json(
    model: ModelSettings,
    state: Mapping[str, Sequence[int]],
    graphs: Sequence[str],
    facts: Mapping[str, Any],
    members: int = 0,
) -> dict[str, Any]:
    """Content of config.json.

    graphs: names of their files, in the order of the fields. members: beside the first model.
    """
    return {
        "format": FORMAT,
        "model": settings_to_json(model),
        "state": {name: list(shape) for name, shape in state.items()},
        "graphs": list(graphs),
        "facts": dict(facts),
        **({"members": members} if members else {}),
    }


@dataclass(frozen=True)
class _Format:
    format: int


@dataclass(frozen=True)
class _Config:
    model: dict[str, Any]
    state: dict[str, Annotated[list[Annotated[int, Meta(ge=0)]], Meta(max_length=4)]]
    graphs: list[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\.onnx$", max_length=80)]]
    facts: Any = None
    members: Annotated[int, Meta(ge=0, lt=MAX_MEMBERS)] = 0


@dataclass(frozen=True)
class _Primers:
    primers: list[list[list[int]]]  # (n, F) steps each


def _open(folder: Path) -> Checkpoint:
    check_files(folder, (CONFIG, VOCABULARY, PRIMERS))
    version: _Format = read_json(folder / CONFIG, _Format, MAX_JSON_BYTES)
    if version.format != FORMAT:
        raise BadCheckpoint(f"{folder.name}: format {version.format} is not {FORMAT}")
    config: _Config = read_json(folder / CONFIG, _Config, MAX_JSON_BYTES)
    encoding = encoding_from_json(read_json(folder / VOCABULARY, dict[str, Any], MAX_JSON_BYTES))
    model = settings_from_json(config.model)
    heads = 1 if isinstance(model, CriticSettings) else len(encoding.fields)
    if len(config.graphs) != heads:
        raise BadCheckpoint(f"{folder.name}: {len(config.graphs)} graphs for {heads} fields")
    graphs = tuple(folder / name for name in config.graphs)
    for name, shape in config.state.items():
        if np.prod(shape, dtype=float) > MAX_STATE_SIZE:
            raise BadCheckpoint(f"{folder.name}: the state '{name[:80]}' is too large: {shape}")
    return Checkpoint(
        folder,
        encoding,
        model,
        {name: tuple(shape) for name, shape in config.state.items()},
        graphs,
        _read_primers(folder, encoding),
        config.facts if isinstance(config.facts, dict) else {},
        tuple(member_folder(folder, number) for number in range(2, config.members + 2)),
    )


def _read_primers(folder: Path, encoding: Encoding) -> tuple[np.ndarray, ...]:
    if not (folder / PRIMERS).is_file():
        return ()
    stored: _Primers = read_json(folder / PRIMERS, _Primers, MAX_JSON_BYTES)
    sizes = [field.size for field in encoding.fields]
    for steps in stored.primers:
        for step in steps:
            if len(step) != len(sizes) or not all(
                0 <= v < n for v, n in zip(step, sizes, strict=True)
            ):
                raise BadCheckpoint(f"{folder.name}: a primer is not in the vocabulary")
    return tuple(np.array(steps, np.int32).reshape(-1, len(sizes)) for steps in stored.primers)
