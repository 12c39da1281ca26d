"""Small songs of one note, zips of files, and the paths below a folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.helpers.small_midi import midi, note

ONE, TWO, THREE = (midi(note(pitch, 480)) for pitch in (60, 62, 64))


def paths_below(folder: Path) -> list[str]:
    """Relative paths of all files and folders below a folder, hidden ones included."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def zip_of(files: dict[str, bytes]) -> bytes:
    """The bytes of a zip of files, by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
