"""Runs whose losses can be compared: of the same encoding, on the same held-out pieces."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from musicgen.training.data.run_split import read_split
from musicgen.training.run_folder.run import Run, UnknownRun


def comparable_groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Divide runs into groups within which a lower validation loss means a better model.

    In the order of the first run of each; a run that cannot be read is a group of its own.
    """
    groups: dict[Hashable, list[Run]] = {}
    for run in runs:
        groups.setdefault(_validation_of(run), []).append(run)
    return list(groups.values())


def _validation_of(run: Run) -> Hashable:
    """What a run is validated on: its encoding and pieces, or how these will be chosen."""
    try:
        settings = run.settings
    except UnknownRun:
        return run.folder
    pieces = read_split(run.folder).get("valid")
    if pieces:
        return settings.encoding, frozenset(pieces)
    return settings.encoding, settings.source, settings.train.shares
