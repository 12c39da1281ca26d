"""A server with the roll player on a page of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.locations import ROOT

# As streamlit_app.py: imported for its routes, then run for each browser.
SERVED = """
import streamlit as st
from musicgen.ui.server import sound_files

if __name__ != "__main__":
    app = st.App(__file__, routes=sound_files.routes())
else:
    import runpy
    runpy.run_path(__file__.replace("page.py", "ten_bars.py"))
"""
TEN_BARS = """
import streamlit as st
from musicgen.rendering.figures.roll import Mark
from musicgen.score import Score, notes_from
from musicgen.ui.components.player import roll_player
from tests.helpers.bands import band_score

if "band" in st.query_params:
    roll_player(band_score(), "band")
    st.stop()
score = Score(notes_from([(24 * n, 24, 60 + n % 12) for n in range(40)]))  # 20 seconds
marks = [Mark(20, 24, "shared", True), Mark(8, 12, "<b id=bold>4 notes</b> of a tune")]
marks += [Mark(24 + n, 28 + n, f"passage {n} that is shared", True) for n in range(12)]
event = roll_player(score, "roll", primer_notes=4, marks=marks)
st.text(f"bars {event.bars}, mark {event.mark}")
st.button("again")
"""


@contextmanager
def served_player(folder: Path) -> Iterator[str]:
    """Serve the page from a folder; yields its address."""
    script = folder / "page.py"
    script.write_text(SERVED)
    script.with_name("ten_bars.py").write_text(TEN_BARS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    options |= {"browser.gatherUsageStats": "false", "server.fileWatcherType": "none"}
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=script.parent, env=environment) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(url: str, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
