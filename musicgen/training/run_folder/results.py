"""Results of a training on held-out pieces: evaluation.json and baselines.json."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from musicgen.json_files import InvalidJson, read_json
from musicgen.training.run_folder.status import Amount, Count

EVALUATION, BASELINES = "evaluation.json", "baselines.json"


@dataclass(frozen=True)
class SideResult:
    """Result of the model on one side of the split; other keys of the file are not read."""

    bits_per_note: Amount | None = None
    bits_per_step: Amount | None = None
    accuracy: dict[str, Amount] = field(default_factory=dict)  # by field of the encoding
    notes: Count = 0  # measured; 0 in files that do not say
    total_notes: Count = 0  # of that side; 0 in files of versions that measured all

    @property
    def is_sample(self) -> bool:
        """Whether the time limit ended the evaluation before all notes were measured."""
        return 0 < self.notes < self.total_notes


@dataclass(frozen=True)
class BaselineResult:
    """Result of one baseline (uniform, unigram, n-gram), by side of the split."""

    order: Annotated[int, Meta(ge=0, le=100)] = 0  # of the n-gram
    bits_per_note: dict[str, Amount] = field(default_factory=dict)
    bits_per_step: dict[str, Amount] = field(default_factory=dict)


def read_evaluation(folder: Path) -> dict[str, SideResult]:
    """Results of a run's model by side; empty where there is no file or it does not fit."""
    try:
        return read_json(folder / EVALUATION, dict[str, SideResult])
    except InvalidJson:
        return {}


def read_baselines(folder: Path) -> dict[str, BaselineResult]:
    """Results of a run's baselines by name; empty where there is no file or it does not fit."""
    try:
        return read_json(folder / BASELINES, dict[str, BaselineResult])
    except InvalidJson:
        return {}


def reference_levels(folder: Path, side: str = "valid") -> dict[str, float]:
    """Bits a step of a run's baselines on the pieces of one side, by name."""
    levels = {name: r.bits_per_step.get(side) for name, r in read_baselines(folder).items()}
    return {name: level for name, level in levels.items() if level is not None}
