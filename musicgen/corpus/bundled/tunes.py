"""Ryan's fiddle tunes from the ABC files of the music21 corpus."""

from __future__ import annotations

from musicgen.corpus.bundled.bundle import (
    MUSIC21_LICENCE,
    Bundle,
    BundleFacts,
    SourcePiece,
    pieces_of_folder,
)
from musicgen.corpus.bundled.music21_abc import read_with_music21
from musicgen.corpus.readers.formats import to_text
from musicgen.metres import Metre
from musicgen.score import Score

_FIDDLE = 110  # General MIDI program, from 0


def _read_tune(piece: SourcePiece) -> tuple[Score, tuple[str, ...]]:
    """One melody, at a dance tempo for its metre if the source has none."""
    notation = read_with_music21(to_text(piece.path.read_bytes()), piece.name)
    score = notation.score.on_grid()
    notes = score.notes.copy()
    notes["program"] = _FIDDLE
    tempo = notation.tempo or _dance_tempo(score.metres)
    return Score(notes, tempo, score.metres, score.name), ("Melody",)


def _dance_tempo(metres: tuple[Metre, ...]) -> float:
    """A dance's tempo in quarters a minute; a pickup's metre does not count."""
    metre = max(metres[:2], key=lambda metre: metre.ticks_per_bar)
    if metre.denominator == 8 and metre.numerator % 3 == 0:
        return 165.0  # 110 dotted quarters
    if (metre.numerator, metre.denominator) == (2, 4):
        return 100.0  # written in sixteenths
    return 140.0 if metre.numerator == 3 else 160.0


TUNES = Bundle(
    BundleFacts(
        "ryans-mammoth",
        "Ryan's Mammoth Collection",
        "Reels, jigs, hornpipes, strathspeys and other fiddle tunes from William Bradbury "
        "Ryan's collection of 1883 (later Cole's 1000 Fiddle Tunes): one melody each, each "
        "repeated section once with its last ending, grace notes left out, at a dancer's "
        "tempo.",
        "The ABC edition that John Chambers provided for the music21 corpus (its folder "
        "ryansMammoth), transcribed by Ray Davies, John B. Walsh, Bob Puckette and others.",
        "Music published in 1883, in the public domain. " + MUSIC21_LICENCE,
    ),
    lambda corpus: pieces_of_folder(corpus / "ryansMammoth", (".abc",)),
    _read_tune,
)
