"""The command `prepare`."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from musicgen.bounds import within
from musicgen.commands.answer import INTERRUPTED, Answer
from musicgen.commands.progress import ProgressLine, cancel_on_interrupt
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.prepared_folders import add_prepared_folder
from musicgen.corpus.user.user_collections import own_collection_names
from musicgen.errors import Cancelled, InvalidSetting
from musicgen.prepared.data_set import open_prepared
from musicgen.prepared.prepare import Share
from musicgen.prepared.prepare import prepare as prepare_folder

MAX_PROCESSES = 256


def prepare(options: argparse.Namespace) -> Answer:
    """Prepare a collection into a folder, in several processes that share its files alone."""
    start = time.perf_counter()
    share, processes = _share(options.shard), options.processes or os.cpu_count() or 1
    within("number of processes", processes, 1, MAX_PROCESSES)
    folder = options.folder
    if folder.resolve().name in {c.name for c in bundled_collections()} | {*own_collection_names()}:
        raise InvalidSetting(f"a collection is called '{folder.name}': choose another folder")
    try:
        with cancel_on_interrupt(ProgressLine()) as progress, _helpers(options, processes - 1):
            settings = (options.encoding, options.time, share)
            is_finished = prepare_folder(options.source, folder, *settings, progress)
    except Cancelled:
        text = "interrupted: call it again to go on from here"
        return Answer({"folder": str(folder), "finished": False}, text, INTERRUPTED)
    seconds = time.perf_counter() - start
    if not is_finished:
        text = "this machine's share is read; the last machine to call this finishes the folder"
        return Answer({"folder": str(folder), "finished": False, "seconds": seconds}, text)
    add_prepared_folder(folder)
    data_set = open_prepared(folder)
    sums, index = data_set.statistics, data_set.index
    data = {
        "folder": str(folder),
        "finished": True,
        "content": index.content,
        "pieces": index.pieces,
        "refused": index.refused,
        "notes": sums.overview.notes,
        "steps": sums.steps,
        "groups": index.groups,
        "seconds": seconds,
    }
    text = (
        f"{index.pieces:,} pieces, {sums.overview.notes:,} notes, {sums.steps:,} steps; "
        f"{index.refused:,} files refused; in {seconds:.1f} s. "
        f"Train on it: musicgen train {folder} --run NAME"
    )
    return Answer(data, text)


def _share(text: str) -> Share:
    """The share of I/N; raises InvalidSetting."""
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if match is None:
        raise InvalidSetting(f"a shard is I/N, such as 1/3, not '{text[:40]}'")
    return Share(int(match[1]), int(match[2]))


@contextmanager
def _helpers(options: argparse.Namespace, count: int) -> Iterator[None]:
    """Within the block, `count` more processes of this command work on the same folder."""
    command = [sys.executable, "-m", "musicgen", "prepare", options.source, str(options.folder)]
    command += ["--encoding", options.encoding, "--time", options.time, "--shard", options.shard]
    helpers = [
        subprocess.Popen(
            [*command, "--processes", "1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # this process meets the same errors and reports them
        )
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for helper in helpers:
            if sys.exc_info()[0] is not None:
                helper.terminate()
            helper.wait()
