"""The process that reads notation files, apart from the rest of the program.

Run as `python -m musicgen.corpus.readers.notation_worker SECONDS`. It reads requests from standard
input and writes replies to standard output until the input ends. It limits its own memory, and
ends itself when a file takes too long, so that such a file costs this process and never the
caller.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Callable

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.books import BOOK, Book, split
from musicgen.corpus.readers.archives import unpack_mxl
from musicgen.corpus.readers.formats import ABC, MXL, to_text
from musicgen.corpus.readers.limits import LIMITS
from musicgen.corpus.readers.notation import read_text
from musicgen.corpus.readers.notation_messages import (
    Reply,
    Request,
    read_message,
    write_message,
)
from musicgen.corpus.score_tables import header_of, tables_of
from musicgen.limited_process import WAITS

SECONDS_PER_MEGABYTE = 60  # processor time that a text may take, beyond the seconds of a short one
MAX_MEMORY_BYTES = 3 * 2**30  # of address space, if the system can enforce it
MAX_REASON_CHARACTERS = 160


def reply_to(
    kind: str, data: bytes, limit_time: Callable[[int], None] = lambda size: None
) -> tuple[Reply, bytes]:
    """Convert a notation file, and turn every error into a reason.

    limit_time: gets the length of its text.
    """
    try:
        text = _text_of(data, kind)
        limit_time(len(text))
        if kind == BOOK:
            book = split(text)
            return Reply(len(book.text), tunes=book.bounds), book.text
        notation = read_text(text, kind, "")
    except UnreadableScore as problem:
        return Reply(reason=problem.reason, remedy=problem.remedy), b""
    except MemoryError:
        return Reply(reason="it takes too much memory to read"), b""
    except Exception as problem:  # a fault of a reader costs one file
        return Reply(reason=f"it cannot be read as {kind}: {_one_line(problem)}"), b""
    body = tables_of(notation.score)
    return Reply(len(body), header_of(notation.score), notation.left_out), body


def _text_of(data: bytes, kind: str) -> str:
    """Unpack and decode a notation file; UnreadableScore for one that holds several tunes."""
    text = to_text(unpack_mxl(data) if kind == MXL else data)
    if kind != BOOK and len(text) > LIMITS.notation_characters:
        raise UnreadableScore(f"its text has {len(text):,} characters: more than is read")
    if kind == ABC and (tunes := len(Book(text))) > 1:
        raise UnreadableScore(
            f"it holds {tunes:,} tunes, and one is wanted",
            "open it as a collection, or save the tune in a file of its own",
        )
    return text


def _one_line(problem: BaseException) -> str:
    """The text of an error on one line, short enough to show."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text[:MAX_REASON_CHARACTERS]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _end_after(seconds: float) -> None:
    """End this process after so much processor time, or WAITS times that; 0 for no limit.

    Time on the clock is no measure: a sound file would be refused where others use the processors.
    """
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends a process without a handler
    if seconds:
        faulthandler.dump_traceback_later(WAITS * seconds, exit=True)
    else:
        faulthandler.cancel_dump_traceback_later()


def main(base_seconds: float) -> None:
    """Reply to requests until standard input ends; base_seconds: time limit of a short text."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print; replies go to `output`
    _limit_memory()
    import verovio  # noqa: F401 - the slow part, before the time limit starts

    def limit_time(size: int) -> None:
        _end_after(base_seconds + SECONDS_PER_MEGABYTE * size / 2**20)

    while True:
        try:
            request, body = read_message(sys.stdin.buffer, Request)
        except EOFError:
            return
        limit_time(len(body))
        reply = reply_to(request.kind, body, limit_time)
        _end_after(0)
        write_message(output, *reply)


if __name__ == "__main__":
    main(float(sys.argv[1]))
