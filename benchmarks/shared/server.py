"""Run a Streamlit server of this app, or of another, for measurements in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# CSS selectors: a page whose script has run, and the loss curves of a run.
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CURVES = ".curves[data-points]"

POLL_SECONDS = 0.1
STOP_SECONDS = 20.0


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return int(listener.getsockname()[1])


@contextmanager
def server(
    home: Path, script: Path | str = "streamlit_app.py", port: int = 0
) -> Iterator[tuple[str, int]]:
    """Run a Streamlit server with a data folder of its own; yields its address and process id.

    port: to listen at; 0 for one that is free.
    """
    port = port or free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.headless", "true", "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, *options],
        env={**os.environ, "MUSICGEN_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                break
            time.sleep(POLL_SECONDS)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
