"""A person's folder of songs, and what has become of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.helpers.small_midi import midi, note

ONE, TWO, THREE = (midi(note(pitch, 480)) for pitch in (60, 62, 64))


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def zip_of(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        for name, data in files.items():
            writing.writestr(name, data)
    return archive.getvalue()
