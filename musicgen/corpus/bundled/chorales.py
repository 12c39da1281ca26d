"""Bach's chorales from the MusicXML files of the music21 corpus."""

from __future__ import annotations

import numpy as np

from musicgen.corpus.bundled.bundle import (
    MUSIC21_LICENCE,
    Bundle,
    BundleFacts,
    SourcePiece,
    pieces_of_folder,
)
from musicgen.corpus.readers.archives import unpack_mxl
from musicgen.corpus.readers.formats import MUSICXML, to_text
from musicgen.corpus.readers.notation import read_text
from musicgen.score import Score

_VOICES = ("soprano", "alto", "tenor", "bass")
_ORGAN = 19  # General MIDI program, from 0
_TEMPO = 80.0  # quarters a minute


def _read_chorale(piece: SourcePiece) -> tuple[Score, tuple[str, ...]]:
    """Only the choir's parts, from the highest to the lowest."""
    data = piece.path.read_bytes()
    text = to_text(unpack_mxl(data) if piece.path.suffix == ".mxl" else data)
    notation = read_text(text, MUSICXML, piece.name)
    score = notation.score.on_grid()
    names = [part.name for part in score.parts]
    voices = [
        (next(v for v, voice in enumerate(_VOICES) if name.lower().startswith(voice)), part)
        for part, name in enumerate(names)
        if name.lower().startswith(_VOICES)
    ]
    order = [part for _, part in sorted(voices)]
    titles = tuple(names[part].split()[0].capitalize() for part in order)
    notes = score.notes[np.isin(score.notes["part"], order)]
    notes["part"] = [order.index(part) for part in notes["part"]]
    notes["program"] = _ORGAN
    return Score(notes, notation.tempo or _TEMPO, score.metres, score.name), titles


CHORALES = Bundle(
    BundleFacts(
        "bach-chorales",
        "Bach chorales",
        "J. S. Bach's four-part chorales: the choir's parts, one track a voice, each repeated "
        "section once. Instruments that double or accompany the choir in 42 of the files are "
        "left out.",
        "Margaret Greentree's MusicXML edition, the folder bach of the music21 corpus, which "
        "has it with her permission (bwv846, a prelude, is not a chorale; three Humdrum files "
        "under another licence repeat chorales that are there in MusicXML).",
        "Music by J. S. Bach (1685-1750), in the public domain. " + MUSIC21_LICENCE,
    ),
    lambda corpus: pieces_of_folder(corpus / "bach", (".mxl", ".xml"), ("bwv846",)),
    _read_chorale,
)
