"""Pieces of the history in memory: their notes, sound and other files, made when asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.ui.shared.tasks import Task

MOST_SOUNDS, MOST_PIECES = 16, 64  # kept in memory
AT_ONCE = 240.0  # seconds of music that are made to sound without being asked
MOST_PRINTED = 6000  # notes of the printed score


def score_of(piece: SavedPiece) -> Score:
    """The piece's notes, from its MIDI file; UnknownPiece where that cannot be read."""
    try:
        return _score(piece.midi, piece.name)
    except UnreadableScore as problem:
        raise UnknownPiece(f"the MIDI file of '{piece.name}' cannot be read: {problem}") from None


def sound_of(score: Score) -> Task[bytes]:
    """The WAV of a score, under way; the same for the same notes."""
    return _sound(score.notes.tobytes(), score.tempo, score)


def engraving_of(score: Score) -> list[str]:
    """The pages of the printed score as SVG."""
    return _engraving(score.notes.tobytes(), score.tempo, score.metres, score.name, score)


def pdf_of(score: Score) -> bytes:
    """The printed score as a PDF document."""
    return _pdf(score.notes.tobytes(), score.tempo, score.metres, score.name, score)


def musicxml_of(score: Score) -> bytes:
    return _musicxml(score.notes.tobytes(), score.tempo, score.metres, score.name, score)


@st.cache_resource(max_entries=MOST_PIECES, show_spinner=False)
def _score(midi: bytes, name: str) -> Score:
    return replace(read_score(midi, "piece.mid"), name=name)  # a file's name can be less


@st.cache_resource(max_entries=MOST_SOUNDS, show_spinner=False)
def _sound(notes: bytes, tempo: float, _score: Score) -> Task[bytes]:
    return Task(lambda _: wav_bytes(_score))


@st.cache_resource(max_entries=MOST_SOUNDS, show_spinner=False)
def _engraving(notes: bytes, tempo: float, metres: Any, name: str, _score: Score) -> list[str]:
    return score_svgs(_score)


@st.cache_resource(max_entries=MOST_SOUNDS, show_spinner=False)
def _pdf(notes: bytes, tempo: float, metres: Any, name: str, _score: Score) -> bytes:
    return pdf_bytes(engraving_of(_score), name)


@st.cache_resource(max_entries=MOST_SOUNDS, show_spinner=False)
def _musicxml(notes: bytes, tempo: float, metres: Any, name: str, _score: Score) -> bytes:
    return musicxml_bytes(_score)
