"""What is read before it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_music import write_folder

from musicgen.ui import opening
from musicgen.ui.analysis import FIRST
from musicgen.ui.tasks import Task


def test_what_is_read_ahead_is_there_with_its_first_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    write_folder(tmp_path / "collections/tunes")
    looking: list[Task[None]] = []
    monkeypatch.setattr(opening, "Task", lambda work: looking.append(Task(work)) or looking[-1])
    opening.read_ahead("tunes")
    assert len(looking) == 2  # the reading, and the look that waits for it
    looking[1].result()

    def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(opening, "load_collection", never)
    analysis = opening.open_collection("tunes")
    assert analysis.glance.pieces == 12
    assert set(FIRST) <= vars(analysis).keys()
