"""Saved pieces in memory: their notes, sound and printed pages, rendered on demand.

The keys of the caches follow from the music itself, so a piece that is opened in two tabs is
rendered once, and the sound of one that is renamed too.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_saved_midi
from musicgen.rendering.chord_labels import chord_labels
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.soundfonts.library import chosen_soundfont
from musicgen.rendering.svg import PAGE_WIDTH, PHONE_WIDTH, Engraving, engrave
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.ui.shared.score_key import score_key
from musicgen.ui.shared.tasks import Task

MAX_CACHED_FILES, MAX_CACHED_SCORES = 16, 64
AUTO_SOUND_SECONDS = 240.0  # of music; a longer piece is rendered when its button is clicked
MAX_PRINTED_NOTES = 6000


def score_of(piece: SavedPiece) -> Score:
    """Read the piece's MIDI file. Raises UnknownPiece."""
    try:
        return _score(piece.midi, piece.name)
    except UnreadableScore as error:
        raise UnknownPiece(f"the MIDI file of '{piece.name}' cannot be read: {error}") from None


def wav_task(score: Score) -> Task[bytes]:
    """Task that renders a WAV file; the same one for the same notes and the same SoundFont."""
    return _wav_task(score_key(replace(score, name="")), chosen_soundfont().digest, score)


def engraving(score: Score, has_chords: bool = False, for_phone: bool = False) -> Engraving:
    """The printed score, with the chords that are found in it or not."""
    return _engraving(score_key(score), score, has_chords, for_phone)


def chord_symbols(score: Score) -> list[tuple[int, str]]:
    """Ticks and symbols of the chords that are found in it."""
    return _chord_symbols(score_key(score), score)


def svg_pages(score: Score) -> list[str]:
    """Pages of the printed score as SVG documents."""
    return engraving(score).pages


def pdf_file(score: Score) -> bytes:
    return _pdf_file(score_key(score), score)


def musicxml_file(score: Score) -> bytes:
    return _musicxml_file(score_key(score), score)


@st.cache_resource(max_entries=MAX_CACHED_SCORES, show_spinner=False)
def _score(midi: bytes, name: str) -> Score:
    return read_saved_midi(midi, name)


@st.cache_resource(max_entries=MAX_CACHED_FILES, show_spinner=False)
def _wav_task(key: bytes, soundfont: str, _score: Score) -> Task[bytes]:
    return Task(lambda _: wav_bytes(_score))


@st.cache_resource(max_entries=MAX_CACHED_FILES, show_spinner=False)
def _engraving(key: bytes, _score: Score, has_chords: bool, for_phone: bool) -> Engraving:
    chords = chord_track(_score.on_grid()).changes if has_chords else []
    return engrave(_score, chords=chords, width=PHONE_WIDTH if for_phone else PAGE_WIDTH)


@st.cache_resource(max_entries=MAX_CACHED_SCORES, show_spinner=False)
def _chord_symbols(key: bytes, _score: Score) -> list[tuple[int, str]]:
    return chord_labels(_score)


@st.cache_resource(max_entries=MAX_CACHED_FILES, show_spinner=False)
def _pdf_file(key: bytes, _score: Score) -> bytes:
    return pdf_bytes(svg_pages(_score), _score.name)


@st.cache_resource(max_entries=MAX_CACHED_FILES, show_spinner=False)
def _musicxml_file(key: bytes, _score: Score) -> bytes:
    return musicxml_bytes(_score)
