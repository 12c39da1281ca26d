"""The split of a run, split.json: a training that goes on keeps it, and its evaluation too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musicgen.corpus.load import absolute_source
from musicgen.corpus.recorded_split import RecordedSplit, split_as_recorded
from musicgen.corpus.split import SPLITS
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import is_shared
from musicgen.score import Score
from musicgen.training.run_folder.registry import find_checkpoint, find_run, run_of_checkpoint
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings

SPLIT = "split.json"  # names of the pieces by side


def read_split(folder: Path, file: str = SPLIT) -> RecordedSplit:
    """The split in a run folder; empty where its training never began."""
    try:
        recorded: dict[str, list[str]] = read_json(folder / file, dict[str, list[str]])
    except InvalidJson:
        return {}
    return recorded


def find_split(name: str) -> RecordedSplit:
    """The split of a run by its name, or in a JSON file. Raises InvalidSetting."""
    path = Path(name)
    is_file = not is_shared() and path.suffix == ".json"
    folder = path.parent if is_file else find_run(name).folder
    recorded = read_split(folder, path.name) if is_file else read_split(folder)
    if not any(recorded.get(side) for side in SPLITS):
        raise InvalidSetting(f"there is no split in {name}")
    return recorded


def splits_of_checkpoint(checkpoint: Path, source: str, scores: Sequence[Score]) -> tuple[str, ...]:
    """`train`, `valid` or `test` for each piece of a collection, as the checkpoint was trained.

    Pieces of another collection than its run's are split by the rule.
    """
    run = run_of_checkpoint(checkpoint)
    if run is None:
        return split_as_recorded(scores, {})
    settings = run.settings
    is_own = settings.source in (source, absolute_source(source))
    recorded = read_split(run.folder) if is_own else {}
    return split_as_recorded(scores, recorded, settings.train.shares)


def split_to_keep(run: Run) -> RecordedSplit:
    """The split that a training of the run must keep; empty where it may choose one."""
    return read_split(run.folder) or inherited_split(run.settings)


def inherited_split(settings: RunSettings) -> RecordedSplit:
    """The split of the run whose weights a run starts with, where both have one collection.

    What was held out from the first stays held out. Empty where there is no such run.
    """
    if not settings.start_from:
        return {}
    other = run_of_checkpoint(find_checkpoint(settings.start_from))
    if other is None or other.settings.source != settings.source:
        return {}
    return read_split(other.folder)
