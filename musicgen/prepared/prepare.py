"""Preparing of a source into a folder, alone or together with other processes and machines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from musicgen.corpus.load import find_source, read_files
from musicgen.corpus.prepared_folders import INDEX, is_prepared
from musicgen.corpus.source_files import Listing, list_files
from musicgen.corpus.time_choice import TimeChoice, saved_time
from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.files import to_json_bytes, write_bytes
from musicgen.json_files import read_json
from musicgen.prepared.data_set import shard_path
from musicgen.prepared.encoding_facts import encoding_of_facts, sum_facts
from musicgen.prepared.finish import finish, first_pieces
from musicgen.prepared.plan import Plan, make_plan, settle_plan
from musicgen.prepared.shard import write_shard
from musicgen.prepared.shared_ngrams import count_partitions, write_ngrams, write_partition
from musicgen.prepared.unit import DamagedPart, pieces_of_shard, read_header, write_unit
from musicgen.prepared.work import Task, do_tasks
from musicgen.progress import Progress

ENCODING = "encoding.json"
MAX_ENCODING_BYTES = 2**26


@dataclass(frozen=True)
class Share:
    """The part of the source's units that one machine reads: every `of`-th, from `number` on."""

    number: int = 1  # from 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise InvalidSetting(f"a shard is 1/N to N/N, not {self.number}/{self.of}")

    def has(self, unit: int) -> bool:
        """Whether a unit, numbered from 0, is in this share."""
        return unit % self.of == self.number - 1


def prepare(
    source: str,
    folder: Path,
    encoding: str = "events",
    time: TimeChoice = "auto",
    share: Share | None = None,
    progress: Progress | None = None,
) -> bool:
    """Prepare a source into a folder; False where other machines' shares are still missing.

    It can be called in many processes at once, stopped at any moment and called again: the folder
    ends with the same bytes. share: the units to read in this process; None reads all. progress:
    gets the tasks done and all that are known of; if it raises Cancelled, the rest is left.
    Raises UnknownSource, UnfitFolder.
    """
    name, path = find_source(source)
    time = saved_time(path) if time == "auto" else time
    with ExitStack() as stack:
        listing = list_files(path, stack)
        plan = make_plan(name, listing, encoding, time)
        settle_plan(folder, plan)
        return _Preparation(folder, plan, listing, progress).run(share or Share())


class _Preparation:
    """The stages of one preparation, each from the files of the one before."""

    def __init__(
        self, folder: Path, plan: Plan, listing: Listing, progress: Progress | None
    ) -> None:
        self.folder, self.plan, self.listing = folder, plan, listing
        self._progress = progress
        self._work = folder / "work"
        self._units = [self._work / "units" / f"{n:04}" for n in range(plan.units)]
        self._shards = [shard_path(folder, n) for n in range(plan.shards)]
        self._ngrams = [self._work / "ngrams" / f"{n:04}" for n in range(plan.shards)]

    def run(self, share: Share) -> bool:
        """Do all stages that can be done; whether the folder is finished."""
        try:
            is_finished = self._run(share)
        except (FileNotFoundError, DamagedPart):
            if not self._is_over():  # else another process has finished and cleaned up meanwhile
                raise
            is_finished = True
        if is_finished:
            shutil.rmtree(self._work, ignore_errors=True)
        return is_finished

    def _run(self, share: Share) -> bool:
        units = [Task(path, partial(self._read, n)) for n, path in enumerate(self._units)]
        self._do([task for number, task in enumerate(units) if share.has(number)])
        if self._is_over():
            return True
        if not all(task.is_done for task in units):
            return False
        self._do([Task(self.folder / ENCODING, self._fit)])
        self._do([Task(path, partial(self._encode, n)) for n, path in enumerate(self._shards)])
        if not self._is_over():
            self._do(self._partition_tasks())
        self._do([Task(self.folder / INDEX, self._finish)])
        return True

    def _do(self, tasks: Sequence[Task]) -> None:
        do_tasks(tasks, self._work / "claims", self._report, self._is_over)

    def _is_over(self) -> bool:
        return is_prepared(self.folder)

    def _report(self) -> None:
        if self._progress:
            paths = [*self._units, *self._shards, *self._partitions(), self.folder / INDEX]
            self._progress(sum(path.exists() for path in paths), len(paths))

    def _read(self, unit: int) -> None:
        files = self.listing[self.plan.files_of_unit(unit)]
        write_unit(_in_folder(self._units[unit]), read_files(files), self.plan)

    def _fit(self) -> None:
        facts = sum_facts(read_header(unit).facts for unit in self._units)
        fitted = encoding_of_facts(self.plan.encoding, facts)
        write_bytes(self.folder / ENCODING, to_json_bytes(fitted.to_json()))

    @cached_property
    def _encoding(self) -> Encoding:
        entry: dict[str, Any] = read_json(
            self.folder / ENCODING, dict[str, Any], MAX_ENCODING_BYTES
        )
        return encoding_from_json(entry)

    def _encode(self, shard: int) -> None:
        stored = pieces_of_shard(self._units, shard)
        scores = [score.score() for score in stored]
        write_ngrams(self._ngrams[shard], scores)
        write_shard(self._shards[shard], stored, scores, self._encoding)

    def _partitions(self) -> list[Path]:
        """Outputs of the comparison; none before all shards are there."""
        if not all(shard.exists() for shard in self._shards) or self._is_over():
            return []
        return [self._work / "pairs" / f"{n:05}" for n in range(self._partition_count)]

    @cached_property
    def _partition_count(self) -> int:
        return count_partitions(self._ngrams)

    def _partition_tasks(self) -> list[Task]:
        starts, paths = first_pieces(self._shards), self._partitions()
        compare: Callable[[int, Path], None] = lambda n, path: write_partition(  # noqa: E731
            path, self._ngrams, starts, n, len(paths)
        )
        return [Task(path, partial(compare, n, path)) for n, path in enumerate(paths)]

    def _finish(self) -> None:
        for folder in (self.folder, self.folder / "shards"):
            remove_temporary(folder)
        parts = (self._units, self._shards, self._ngrams, self._partitions())
        finish(self.folder, self.plan, self._encoding, *parts)


def remove_temporary(folder: Path) -> None:
    """Remove what processes that were killed have left unfinished in a folder."""
    for path in folder.glob(".*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _in_folder(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
