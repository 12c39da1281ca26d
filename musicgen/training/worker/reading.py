"""Reading a run's collection, with signs of life, and heeding a wish to stop."""

from __future__ import annotations

from musicgen.corpus.collection import Collection
from musicgen.corpus.load import load_collection
from musicgen.errors import Cancelled
from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import STARTING, STOPPED, Run

READING = "reading the collection"


def read_collection(run: Run, reporter: Reporter) -> Collection | None:
    """The run's collection; None where it was asked to stop meanwhile, which is told then."""

    def progress(done: int, total: int) -> None:
        if run.asked_to_stop:
            raise Cancelled
        reporter.beat(message=f"{READING}: {done:,} of {total:,} files")

    reporter.tell(state=STARTING, message=READING)
    collection = load_collection(run.settings.source, progress)
    if collection.complete:
        return collection
    reporter.tell(state=STOPPED, message="cancelled while the collection was read")
    return None
