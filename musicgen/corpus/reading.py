"""One file's bytes into scores, or a plain reason why not."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np

from musicgen.corpus import formats
from musicgen.corpus.archives import unpack_mxl
from musicgen.corpus.collection import Piece, PieceFile, Refused
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.limits import check_size
from musicgen.corpus.midi_reading import read_midi
from musicgen.corpus.notation_reading import read_notation
from musicgen.score import Score


def read_score(data: bytes, file: str) -> Score:
    """The score in a file's bytes; UnreadableScore with the reason where there is none.

    file: the file's name; it decides the format by its ending and gives the score its name.
    """
    pieces = read_pieces(data, file)
    if len(pieces) > 1:
        raise UnreadableScore(
            f"it holds {len(pieces):,} tunes, and one is wanted",
            "open it as a collection, or save the tune in a file of its own",
        )
    piece = pieces[0]
    if isinstance(piece, Refused):
        raise UnreadableScore(piece.reason, piece.remedy)
    return piece.score


def read_pieces(data: bytes, file: str) -> list[Piece | Refused]:
    """The pieces in a file's bytes, at least one answer: most hold one, an ABC book many."""
    try:
        check_size(len(data))
        kind = formats.format_of(data, file)
        if kind == formats.MIDI:
            return [_midi_piece(data, file)]
        text = _notation_text(data, kind)
    except UnreadableScore as problem:
        return [_refused(file, problem)]
    tunes = formats.tunes_of(text) if kind == formats.ABC else [text]
    if len(tunes) == 1:
        return [_notation_piece(tunes[0], kind, file, len(data))]
    return [
        _notation_piece(tune, kind, f"{file} (tune {number})", len(tune.encode()))
        for number, tune in enumerate(tunes, 1)
    ]


def _midi_piece(data: bytes, file: str) -> Piece:
    score, drums = read_midi(data, _stem(file))
    return _piece(score, drums, file, formats.MIDI, len(data))


def _notation_piece(text: str, kind: str, file: str, size: int) -> Piece | Refused:
    try:
        score, drums = read_notation(text, kind, _stem(file))
    except UnreadableScore as problem:
        return _refused(file, problem)
    return _piece(score, drums, file, kind, size)


def _piece(score: Score, drums: int, file: str, kind: str, size: int) -> Piece:
    parts = len(np.unique(score.notes["part"]))
    return Piece(score, PieceFile(file, kind, parts, drums, size))


def _refused(file: str, problem: UnreadableScore) -> Refused:
    return Refused(file, problem.reason, problem.remedy)


def _notation_text(data: bytes, kind: str) -> str:
    text = formats.text_of(unpack_mxl(data) if kind == formats.MXL else data)
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


def _stem(file: str) -> str:
    """The file's name without folders and ending; of a tune in a book, with its number."""
    name = PurePosixPath(file).name
    known = [each for each in formats.FORMATS if name.lower().endswith(each)]
    return name[: -len(known[0])] if known else name.replace(".abc (", " (")
