"""The process that runs music21 over notation, away from everything else.

Run as `python -m musicgen.corpus.readers.notation_worker SECONDS`. It reads one request after
another from standard input and answers each on standard output, until the input ends. A file that
makes music21 run away costs this process its life, never the caller's: it ends itself when a file
takes too long, and it may only use so much memory.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from typing import IO, Any

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.notation import parse_notation, score_of
from musicgen.score import NOTE_DTYPE

SECONDS_A_MEGABYTE = 20  # of text, on top of the seconds that every file has
MOST_MEMORY = 3 * 2**30  # bytes of address space, where the system can hold it to that


def read_message(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """A JSON head and the bytes that follow it; EOFError where the stream ends."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the other side has gone")
    head = json.loads(line)
    body = stream.read(head["bytes"])
    if len(body) != head["bytes"]:
        raise EOFError("the other side has gone")
    return head, body


def write_message(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """A JSON head on a line of its own, and bytes."""
    stream.write(json.dumps({**head, "bytes": len(body)}).encode() + b"\n" + body)
    stream.flush()


def answer(kind: str, text: str) -> tuple[dict[str, Any], bytes]:
    """What the score in a text is, or why there is none."""
    try:
        notation = score_of(parse_notation(text, kind), "")
    except UnreadableScore as problem:
        return {"reason": problem.reason, "remedy": problem.remedy}, b""
    except MemoryError:
        return {"reason": "it takes too much memory to read", "remedy": ""}, b""
    except Exception as problem:  # music21 raises all kinds on damaged files
        return {"reason": f"it cannot be read as {kind}: {_sentence(problem)}", "remedy": ""}, b""
    score = notation.score
    head = {
        "tempo": score.tempo,
        "metres": [[each.start, each.numerator, each.denominator] for each in score.metres],
        "drums": notation.drums,
    }
    return head, score.notes.astype(NOTE_DTYPE).tobytes()


def _sentence(problem: BaseException) -> str:
    """The first line of an error, short enough to show."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text[:160]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def main(seconds: float) -> None:
    """Answer requests until standard input ends; the seconds are for a short text."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what music21 prints is no answer
    _limit_memory()
    import music21  # noqa: F401 - the slow part, before the first clock starts

    while True:
        try:
            head, body = read_message(sys.stdin.buffer)
        except EOFError:
            return
        patience = seconds + SECONDS_A_MEGABYTE * len(body) / 2**20
        faulthandler.dump_traceback_later(patience, exit=True)
        reply = answer(head["kind"], body.decode("utf-8", errors="replace"))
        faulthandler.cancel_dump_traceback_later()
        write_message(output, *reply)


if __name__ == "__main__":
    main(float(sys.argv[1]))
