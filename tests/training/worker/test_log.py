"""Standard error redirected to a run's log."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from musicgen.training.worker.log import stderr_to_log
from tests.helpers.locations import ROOT

# Writes to standard error as Python and as C++ code does, and to the terminal.
SCRIPT = """
import os, sys
from pathlib import Path
from musicgen.training.worker.log import stderr_to_log
with stderr_to_log(Path(sys.argv[1])) as terminal:
    print("from Python", file=sys.stderr)
    os.write(2, b"from C++\\n")
    print("for the person", file=terminal)
print("afterwards", file=sys.stderr)
"""


def test_both_kinds_of_output_go_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("earlier\n")
    command = [sys.executable, "-c", SCRIPT, str(log)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["for the person", "afterwards"]
    assert log.read_text().splitlines() == ["earlier", "from Python", "from C++"]


def test_a_stream_that_is_no_file_is_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with stderr_to_log(tmp_path / "log.txt") as terminal:
        print("for the person", file=terminal)
        print("for the log", file=sys.stderr)
    assert sys.stderr is stream and stream.getvalue() == "for the person\n"
    assert (tmp_path / "log.txt").read_text() == "for the log\n"
