"""Prepared data sets that the pages list, and how one is recognised."""

from __future__ import annotations

from pathlib import Path

from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import home

INDEX = "prepared.json"  # in the folder; it is written last
LIST = "prepared.json"  # in the home folder: paths by name


def is_prepared(path: Path) -> bool:
    """Whether a path is that of a finished prepared data set."""
    return (path / INDEX).is_file()


def prepared_folders() -> dict[str, Path]:
    """Finished prepared data sets that were made or used here, by name."""
    return {name: path for name, path in _read().items() if is_prepared(path)}


def add_prepared_folder(path: Path) -> None:
    """List a finished prepared data set under the name of its folder."""
    folders = {**_read(), path.resolve().name: path.resolve()}
    home().mkdir(parents=True, exist_ok=True)
    write_json(home() / LIST, {name: str(path) for name, path in sorted(folders.items())})


def _read() -> dict[str, Path]:
    try:
        stored: dict[str, str] = read_json(home() / LIST, dict[str, str])
    except InvalidJson:
        return {}
    return {name: Path(path) for name, path in stored.items()}
