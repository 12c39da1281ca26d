"""The benchmark of open Train pages: its arithmetic and its processor times."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.watching import Turn, _family, _processor_seconds, summary


def test_turns_are_compared_within_a_round() -> None:
    alone = [Turn(1000, 1.5, 0.01, 0.0), Turn(500, 1.0, 0.02, 0.0), Turn(800, 1.2, 0.0, 0.0)]
    watched = [Turn(980, 1.4, 0.03, 0.1), Turn(450, 0.9, 0.03, 0.2), Turn(800, 1.2, 0.03, 0.3)]
    results = summary(alone, watched)
    assert results["slowdown"] == pytest.approx(0.02)
    assert (results["least_slowdown"], results["largest_slowdown"]) == pytest.approx((0.0, 0.1))
    assert results["server_for_the_pages"] == pytest.approx(0.02)
    assert results["chromium"] == 0.2


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_a_family_is_a_process_and_its_descendants() -> None:
    code = (
        "import subprocess, sys; sum(range(10**7));"  # more than a tick of processor time
        "c = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0);"
        "print(c.pid, flush=True); c.wait()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        grandchild = int(process.stdout.readline())
        assert _family(process.pid) == {process.pid, grandchild}
        assert {process.pid, grandchild} <= _family(os.getpid())
        assert os.getpid() not in _family(process.pid)
        assert _processor_seconds()[process.pid] > 0
        process.communicate(b"\n")
