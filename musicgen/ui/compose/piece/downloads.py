"""Downloads of a piece, rendered when they are clicked, and a link to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.rendering.mp3 import mp3_from_wav
from musicgen.rendering.note_names import in_words
from musicgen.rendering.page.document import page_html
from musicgen.rendering.wav import MAX_SECONDS
from musicgen.score import Score
from musicgen.ui.compose.link import OTHER_NOTES, PieceLink, link_to, recipe_of
from musicgen.ui.compose.piece.page_svg import join_pages
from musicgen.ui.compose.piece_cache import (
    MAX_PRINTED_NOTES,
    musicxml_file,
    pdf_file,
    svg_pages,
    wav_task,
)
from musicgen.ui.shared.text import score_facts

MAX_FILE_NAME = 80  # characters of the piece's name
MUSICXML = "application/vnd.recordare.musicxml+xml"


def downloads(piece: SavedPiece, score: Score) -> None:
    """Show a button per file format, and the link."""
    stem, has_bars = file_stem(piece), len(score) > 0 and not score.is_performance
    is_printable = has_bars and len(score) <= MAX_PRINTED_NOTES
    disabled = {
        **dict.fromkeys(("wav", "mp3", "html"), not 0 < score.seconds <= MAX_SECONDS),
        "musicxml": not has_bars,
        "svg": not is_printable,
        "pdf": not is_printable,
    }
    formats: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
        ("MIDI", lambda: piece.midi, "mid", "audio/midi"),
        ("WAV", lambda: wav_task(score).result(), "wav", "audio/wav"),
        ("MP3", lambda: mp3_file(score), "mp3", "audio/mpeg"),
        ("Web page", lambda: web_page(score), "html", "text/html"),
        ("MusicXML", lambda: musicxml_file(score), "musicxml", MUSICXML),
        ("PDF", lambda: pdf_file(score), "pdf", "application/pdf"),
        ("SVG", lambda: join_pages(svg_pages(score)).encode(), "svg", "image/svg+xml"),
        ("Settings", lambda: settings_file(piece), "json", "application/json"),
    )
    with st.container(horizontal=True, key="downloads", gap="xsmall"):
        for label, data, extension, mime in formats:
            st.download_button(
                label,
                data,
                f"{stem}.{extension}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{extension}",
                disabled=disabled.get(extension, False),
            )
        _link_popover(piece)


def mp3_file(score: Score) -> bytes:
    return mp3_from_wav(wav_task(score).result())


def web_page(score: Score) -> bytes:
    """One file that shows the piece and plays it, without a network."""
    return page_html(score, mp3_file(score), score_facts(score))


def file_stem(piece: SavedPiece) -> str:
    """File name without extension, of name and seed: `Fiddle-tune-in-B-flat-major-7`."""
    name = in_words(piece.name)[:MAX_FILE_NAME]
    candidate = f"-{piece.variation + 1}" if piece.variation else ""
    return re.sub(r"[^\w.]+", "-", f"{name}-{piece.settings.seed}{candidate}").lstrip("-.")


def settings_file(piece: SavedPiece) -> bytes:
    """Recipe and facts of the piece as JSON."""
    entry = {
        **recipe_of(piece).to_json(),
        "made from": piece.primer,
        "created": piece.created,
        **piece.facts,
    }
    return json.dumps(entry, indent=1).encode()


def _link_popover(piece: SavedPiece) -> None:
    with st.popover("Link", icon=":material/link:"):
        link = link_to(piece)
        st.markdown("To this piece, on this computer:")
        _show_link(PieceLink(piece.id))
        if link.settings and link.settings.draws_other_notes:
            st.markdown(f"No link makes it elsewhere: {OTHER_NOTES}.")
        elif link.settings:
            st.markdown("The same notes again, on every computer that has this model:")
            _show_link(replace(link, piece=""))  # elsewhere it is not in the history


def _show_link(link: PieceLink) -> None:
    st.code(f"{st.context.url}?{urlencode(link.to_query())}", language=None, wrap_lines=True)
