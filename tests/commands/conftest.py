"""Home folder, music and a trained run for the tests of the commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.run_command import run_command
from tests.helpers.tiny_music import write_folder


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
def trained(music: Path, commands_home: Path) -> str:
    """Name of a run that the command `train` has trained."""
    shape = "--width 16 --layers 1 --epochs 2 --batch-size 4 --length 16".split()
    command = ["train", str(music), "--run", "tiny", *shape]
    answer = run_command(*command, environment={"MUSICGEN_HOME": str(commands_home)})
    assert (answer["run"], answer["status"], answer["epoch"]) == ("tiny", "finished", 2)
    return "tiny"
