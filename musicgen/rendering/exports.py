"""Formats that a score is written in, by the extension of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from musicgen.errors import InvalidSetting
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.mp3 import mp3_bytes
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.page.document import page_html
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score

# Each gives the contents of one file, or of one for each page.
EXPORTS: Mapping[str, Callable[[Score], list[bytes]]] = {
    ".mid": lambda score: [midi_bytes(score)],
    ".midi": lambda score: [midi_bytes(score)],
    ".musicxml": lambda score: [musicxml_bytes(score)],
    ".xml": lambda score: [musicxml_bytes(score)],
    ".wav": lambda score: [wav_bytes(score)],
    ".mp3": lambda score: [mp3_bytes(score)],
    ".html": lambda score: [page_html(score, mp3_bytes(score))],
    ".pdf": lambda score: [pdf_bytes(score_svgs(score), score.name)],
    ".svg": lambda score: [page.encode() for page in score_svgs(score)],
}

PRINTED = (".musicxml", ".xml", ".pdf", ".svg")  # formats that write bars


def check_extension(extension: str) -> None:
    """Raise InvalidSetting if a score cannot be written in the format of an extension."""
    if extension.lower() not in EXPORTS:
        raise InvalidSetting(
            f"'{extension[:20]}' is not a format that is written: use {', '.join(EXPORTS)}"
        )


def export(score: Score, extension: str) -> list[bytes]:
    """Contents of the score's files in a format: one, or one for each page."""
    check_extension(extension)
    return EXPORTS[extension.lower()](score)
