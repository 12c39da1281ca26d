"""The first start of `streamlit run streamlit_app.py` on a desktop."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

from tests.helpers.locations import ROOT

CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())


def test_the_server_is_for_this_computer_alone():
    assert CONFIG["server"]["address"] == "127.0.0.1"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal on Windows")
def test_the_first_start_waits_for_no_input(tmp_path: Path):
    """Streamlit asks for an e-mail address when there is a terminal and no file of its own."""
    import pty

    with socket.socket() as listening:
        listening.bind(("localhost", 0))
        port = listening.getsockname()[1]
    terminal, program_side = pty.openpty()
    environment = {**os.environ, "HOME": str(tmp_path), "MUSICGEN_HOME": str(tmp_path / "music")}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.headless", "false"],
        cwd=ROOT,
        env={**environment, "BROWSER": "true"},  # the program `true` in place of a browser
        stdin=program_side,
        stdout=program_side,
        stderr=program_side,
    )
    try:
        output = b""
        while str(port).encode() not in output:
            output += os.read(terminal, 4096)
            assert b"Email" not in output
        with urllib.request.urlopen(
            f"http://localhost:{port}/_stcore/health", timeout=60
        ) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(timeout=20)
