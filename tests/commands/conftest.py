"""Home folder, music and a run for the tests of the commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import write_run


@pytest.fixture(scope="package")
def commands_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", autouse=True)
def home(commands_home: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(commands_home))
        yield commands_home


@pytest.fixture(scope="package")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("music") / "melodies")


@pytest.fixture(scope="package")
def tiny(music: Path, commands_home: Path) -> str:
    """Name of a run with random weights, as if it had been trained on the music."""
    runs = commands_home / "runs"
    return write_run(runs, source=str(music), training=tiny_pieces()).name
