"""Home folder and music of the tiny trainings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.tiny_music import write_folder


@pytest.fixture(scope="module")
def training_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def source(training_home: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A collection of melodies, in a home of the module."""
    return str(write_folder(tmp_path_factory.mktemp("music") / "melodies"))
