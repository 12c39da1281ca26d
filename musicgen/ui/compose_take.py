"""Taking a piece away: its files, made when they are asked for."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable

import streamlit as st

from musicgen.composing.history import KeptPiece
from musicgen.score import Score
from musicgen.ui.compose_pieces import engraving_of, musicxml_of, sound_of

Data = Callable[[], bytes]


def downloads(piece: KeptPiece, score: Score) -> None:
    """A button for each kind of file; all are of the piece that is shown, and named after it."""
    stem = file_stem(piece)
    with st.container(horizontal=True, key="downloads"):
        _button("MIDI", lambda: piece.midi, f"{stem}.mid", "audio/midi")
        _button("WAV", lambda: sound_of(score).result(), f"{stem}.wav", "audio/wav")
        _button(
            "MusicXML",
            lambda: musicxml_of(score),
            f"{stem}.musicxml",
            "application/vnd.recordare.musicxml+xml",
        )
        _button("Score (SVG)", lambda: svg_file(score), f"{stem}.svg", "image/svg+xml")
        _button("Settings", lambda: settings_file(piece), f"{stem}.json", "application/json")


def file_stem(piece: KeptPiece) -> str:
    """What made the piece, as a file's name: `chorales-epoch-0005-4711-v1`."""
    made = f"{piece.checkpoint.replace('@', '-')}-{piece.settings.seed}-v{piece.variation + 1}"
    return re.sub(r"[^\w.-]+", "-", made)


def settings_file(piece: KeptPiece) -> bytes:
    """All that made the piece, and what is known of it."""
    entry = {
        "checkpoint": piece.checkpoint,
        "settings": piece.settings.to_json(),
        "variation": piece.variation,
        "begins_with": piece.primer,
        "created": piece.created,
        **piece.facts,
    }
    return json.dumps(entry, indent=1).encode()


def svg_file(score: Score) -> bytes:
    """The printed score: one SVG, or a zip of its pages."""
    pages = engraving_of(score)
    if len(pages) == 1:
        return pages[0].encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, page in enumerate(pages, 1):
            archive.writestr(f"page-{number}.svg", page)
    return file.getvalue()


def _button(label: str, data: Data, name: str, mime: str) -> None:
    st.download_button(
        label, data, name, mime, icon=":material/download:", on_click="ignore", key=f"take-{label}"
    )
