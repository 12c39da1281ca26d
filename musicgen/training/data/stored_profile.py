"""`python -m musicgen.training.data.stored_profile RUN`: the profile of a prepared data set.

It is written in a process of its own: the index of all training pieces takes more memory than the
training, which does not need it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator

from musicgen.composing.originality.index import MAX_NOTES, OriginalityIndex
from musicgen.composing.style.training_profile import PROFILE_FILES, write_training_profile
from musicgen.errors import MusicgenError
from musicgen.prepared.data_set import PreparedSet, StoredPieces
from musicgen.score import Score
from musicgen.training.data.stored import find_prepared, sample_of_side
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run

PIECES_AT_ONCE = 2000
WAIT_SECONDS = 1.0  # between two heartbeats


class ProfileFailed(MusicgenError):
    """The process that writes a profile has failed."""


def write_stored_profile(run: Run, heartbeat: Callable[[], None]) -> None:
    """Write the profile of a run on a prepared data set, unless it has one."""
    if all((run.folder / name).exists() for name in PROFILE_FILES):
        return
    command = [sys.executable, "-m", "musicgen.training.data.stored_profile", run.name]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            heartbeat()
            try:
                process.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.kill()
    if process.returncode:
        raise ProfileFailed("the training pieces could not be indexed: see the log of the run")


def index_of(pieces: StoredPieces, data_set: PreparedSet) -> OriginalityIndex:
    """Index of stored pieces, up to the number of notes that an index can have.

    Where they are more, it holds those with the lowest hashes, which are a fair sample.
    """
    return OriginalityIndex.joined(_indices(pieces, data_set))


def _indices(pieces: StoredPieces, data_set: PreparedSet) -> Iterator[OriginalityIndex]:
    """Indices of some pieces at a time, as long as all together have no more than MAX_NOTES."""
    notes, encoding = 0, data_set.encoding
    for at in range(0, len(pieces), PIECES_AT_ONCE):
        scores: list[Score] = [encoding.decode(s) for s in pieces[at : at + PIECES_AT_ONCE]]
        index = OriginalityIndex.build([score.pitched for score in scores])
        notes += len(index.codes)
        if notes > MAX_NOTES:
            return
        yield index


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.data.stored_profile")
    parser.add_argument("run")
    run = find_run(parser.parse_args().run)
    settings = run.settings
    data_set, shares = find_prepared(settings.source), settings.train.shares
    assert data_set is not None, "the training has found it"
    training, held_out = (sample_of_side(data_set, side, shares) for side in ("train", "valid"))
    index = index_of(data_set.pieces("train", shares), data_set)
    encoding = data_set.encoding
    write_training_profile(run.folder, training, held_out, encoding=encoding, index=index)


if __name__ == "__main__":
    main()
