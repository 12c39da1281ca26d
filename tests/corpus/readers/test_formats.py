"""What a file is, by its content and its name."""

import io
import zipfile

import pytest

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import MXL, detect_format


def archive(*members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for member in members:
            file.writestr(member, "")
    return buffer.getvalue()


def test_of_zip_archives_only_those_of_mxl_or_with_its_name_are_music():
    mxl = archive("META-INF/container.xml", "song.musicxml")
    assert detect_format(mxl, "song.mxl") == detect_format(mxl, "song.dat") == MXL
    assert detect_format(archive("song.xml"), "song.mxl") == MXL
    for file in ("arrays.npz", "letter.docx", "archive"):
        with pytest.raises(UnreadableScore):
            detect_format(archive("notes.npy", "word/document.xml"), file)
