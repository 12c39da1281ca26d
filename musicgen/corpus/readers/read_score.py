"""The bytes of one file, in any supported format, to a score."""

from __future__ import annotations

from musicgen.corpus.collection import Piece, PieceFile, RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers import formats
from musicgen.corpus.readers.limits import check_size
from musicgen.corpus.readers.midi.reader import read_midi
from musicgen.corpus.readers.notation_process import read_notation
from musicgen.score import Score


def read_score(data: bytes, file: str) -> Score:
    """Read the score in a file's bytes; raises UnreadableScore.

    file: the file's name; its stem names the score, and its extension decides the format where
    the content does not.
    """
    return _read(data, file).score


def read_saved_midi(data: bytes, name: str) -> Score:
    """Read a MIDI file of the history, which may hold no notes. Raises UnreadableScore."""
    check_size(len(data))
    return read_midi(data, name, may_be_empty=True)[0]


def read_piece(data: bytes, file: str) -> Piece | RefusedFile:
    """Read the score in a file's bytes with facts about the file, or the refusal."""
    try:
        return _read(data, file)
    except UnreadableScore as problem:
        return RefusedFile(file, problem.reason, problem.remedy)


def _read(data: bytes, file: str) -> Piece:
    check_size(len(data))
    kind, name = formats.detect_format(data, file), formats.stem(file)
    if kind == formats.MIDI:
        score, left_out = read_midi(data, name)
    else:
        score, left_out = read_notation(data, kind, name)
    drums = int(score.is_drum.sum())
    return Piece(score, PieceFile(file, kind, len(score.parts), drums, len(data), left_out))
