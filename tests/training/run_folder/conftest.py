"""A run that has just been created, in a home of its own."""

from pathlib import Path

import pytest

from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    return create_run(RunSettings("mine", "bach-chorales"))
