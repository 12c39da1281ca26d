"""One file's bytes into a score, or a plain reason why not."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np

from musicgen.corpus.collection import Piece, PieceFile, RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers import formats
from musicgen.corpus.readers.archives import unpack_mxl
from musicgen.corpus.readers.limits import check_size
from musicgen.corpus.readers.midi import read_midi
from musicgen.corpus.readers.notation_process import read_notation
from musicgen.score import Score


def read_score(data: bytes, file: str) -> Score:
    """The score in a file's bytes; UnreadableScore with the reason where there is none.

    file: the file's name; it decides the format by its ending and gives the score its name.
    """
    return _read(data, file).score


def read_piece(data: bytes, file: str) -> Piece | RefusedFile:
    """The score in a file's bytes with what the file is, or why there is none."""
    try:
        return _read(data, file)
    except UnreadableScore as problem:
        return RefusedFile(file, problem.reason, problem.remedy)


def _read(data: bytes, file: str) -> Piece:
    check_size(len(data))
    kind, name = formats.format_of(data, file), PurePosixPath(file).stem
    if kind == formats.MIDI:
        score, drums = read_midi(data, name)
    else:
        score, drums = read_notation(_notation_text(data, kind), kind, name)
    parts = len(np.unique(score.notes["part"]))
    return Piece(score, PieceFile(file, kind, parts, drums, len(data)))


def _notation_text(data: bytes, kind: str) -> str:
    """The text for music21, where nothing in it is known to be beyond it or an attack."""
    text = formats.text_of(unpack_mxl(data) if kind == formats.MXL else data)
    if kind == formats.ABC:
        tunes = len(formats.tunes_of(text))
        if tunes > 1:
            raise UnreadableScore(
                f"it holds {tunes:,} tunes, and one is wanted",
                "open it as a collection, or save the tune in a file of its own",
            )
    if kind in (formats.MUSICXML, formats.MXL):
        if "<!ENTITY" in text:
            raise UnreadableScore("it defines entities, which no score needs and an attack does")
        if "<score-timewise" in text:
            raise UnreadableScore(
                "it is written bar by bar (score-timewise)", "export it as score-partwise"
            )
        if "<score-partwise" not in text:
            raise UnreadableScore("it is XML, but not MusicXML")
    return text
