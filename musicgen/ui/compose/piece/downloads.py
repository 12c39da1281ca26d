"""Taking a piece away: its files, made when they are asked for, and a link to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.rendering.wav import MAX_SECONDS
from musicgen.score import Score
from musicgen.ui.compose.link import link_to, recipe_of
from musicgen.ui.compose.piece.page_svg import one_sheet
from musicgen.ui.compose.piece_cache import (
    MOST_PRINTED,
    engraving_of,
    musicxml_of,
    pdf_of,
    sound_of,
)

MUSICXML = "application/vnd.recordare.musicxml+xml"


def downloads(piece: SavedPiece, score: Score) -> None:
    """A button for each kind of file; all are of the piece that is shown, and named after it."""
    stem, too_many = file_stem(piece), len(score) > MOST_PRINTED
    refused = {"wav": score.seconds > MAX_SECONDS, "svg": too_many, "pdf": too_many}
    files: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
        ("MIDI", lambda: piece.midi, "mid", "audio/midi"),
        ("WAV", lambda: sound_of(score).result(), "wav", "audio/wav"),
        ("MusicXML", lambda: musicxml_of(score), "musicxml", MUSICXML),
        ("PDF", lambda: pdf_of(score), "pdf", "application/pdf"),
        ("SVG", lambda: one_sheet(engraving_of(score)).encode(), "svg", "image/svg+xml"),
        ("Settings", lambda: settings_file(piece), "json", "application/json"),
    )
    with st.container(horizontal=True, key="downloads", gap="xsmall"):
        for label, data, ending, mime in files:
            st.download_button(
                label,
                data,
                f"{stem}.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"take-{ending}",
                disabled=refused.get(ending, False),
            )
        _link(piece)


def file_stem(piece: SavedPiece) -> str:
    """What made the piece, as a file's name: `chorales-epoch-0005-4711-v1`."""
    made = f"{piece.checkpoint.replace('@', '-')}-{piece.settings.seed}-v{piece.variation + 1}"
    return re.sub(r"[^\w.-]+", "-", made)


def settings_file(piece: SavedPiece) -> bytes:
    """All that made the piece, and what is known of it, as JSON."""
    entry = {
        **recipe_of(piece).to_json(),
        "made from": piece.primer,
        "created": piece.created,
        **piece.facts,
    }
    return json.dumps(entry, indent=1).encode()


def _link(piece: SavedPiece) -> None:
    with st.popover("Link", icon=":material/link:"):
        link = link_to(piece)
        if link.settings:
            st.markdown("The same notes again, on every computer that has this model:")
        else:
            st.markdown("To this piece in the history of this computer:")
        st.code(f"{st.context.url}?{urlencode(link.to_query())}", language=None, wrap_lines=True)
