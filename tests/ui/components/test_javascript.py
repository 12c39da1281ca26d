"""JavaScript of the components that needs no browser; its tests are in `editor/` and `live/`."""

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
TESTS = sorted(Path(__file__).parent.glob("*/*.test.js"))


@pytest.mark.skipif(NODE is None, reason="there is no node")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_in_node(path: Path) -> None:
    done = subprocess.run([NODE, "--test", path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:]
