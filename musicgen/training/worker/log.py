"""Standard error of a training in a terminal, redirected to the run's log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from musicgen.files import open_to_append

STDERR = 2  # file descriptor


@contextmanager
def stderr_to_log(path: Path) -> Iterator[TextIO]:
    """Append standard error to a file within the block; yields the stream it had before.

    The file descriptor is redirected too: TensorFlow's C++ code writes to it.
    """
    sys.stderr.flush()
    before, copy = sys.stderr, os.dup(STDERR)
    with TextIOWrapper(open_to_append(path), "utf-8", line_buffering=True) as log:
        # A stream that is no file, as in a test, stays what it is.
        terminal = os.fdopen(copy, "w", buffering=1) if _is_stderr(before) else before
        os.dup2(log.fileno(), STDERR)
        sys.stderr = log
        try:
            yield terminal
        finally:
            sys.stderr = before
            terminal.flush()
            os.dup2(copy, STDERR)
            if terminal is before:
                os.close(copy)
            else:
                terminal.close()


def _is_stderr(stream: TextIO) -> bool:
    try:
        return stream.fileno() == STDERR
    except (OSError, ValueError, AttributeError):
        return False
