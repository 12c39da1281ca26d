"""String quartets of Haydn, Mozart and Beethoven from the MusicXML files of the music21 corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import tostring

from musicgen.corpus.bundled.bundle import MUSIC21_LICENCE, Bundle, BundleFacts, SourcePiece
from musicgen.corpus.bundled.movements import cut_bars, number_tempo_words, set_opening
from musicgen.corpus.readers.archives import unpack_mxl
from musicgen.corpus.readers.formats import MUSICXML, to_text
from musicgen.corpus.readers.musicxml.xml_tree import parse_xml
from musicgen.corpus.readers.notation import read_text
from musicgen.corpus.readers.written_score import DEFAULT_VELOCITY
from musicgen.score import Score
from musicgen.score_fields import Part

_COMPOSERS = ("beethoven", "haydn", "mozart")
_OTHER_MUSIC = ("k545",)  # a piano sonata
_PARTS = (  # General MIDI programs, from 0
    Part("Violin I", 40, track=0),
    Part("Violin II", 40, track=1),
    Part("Viola", 41, track=2),
    Part("Violoncello", 42, track=3),
)

# Printed numbers of the bars that movements begin with, where a file holds the whole work.
_FIRST_BARS = {
    "opus18no3": (1, 272, 423, 595),
    "opus18no4": (1, 222, 483, 584),
    "opus18no5": (1, 229, 338, 490),
    "opus74": (1, 263, 432, 905),
    "opus132": (1, 265, 511, 723, 769),
}

# Openings of the files that have no tempo at the beginning: the numbers (quarters a minute) of the
# Humdrum files of the same movements, else the words of the work.
_OPENINGS: dict[str, str | float] = {
    "beethoven-opus18no1-1": 132.0,
    "beethoven-opus18no1-2": 54.0,
    "beethoven-opus18no1-3": 320.0,
    "beethoven-opus18no1-4": 120.0,
    "haydn-opus74no1-1": "Allegro moderato",
    "haydn-opus74no1-2": "Andantino grazioso",
    "haydn-opus74no1-3": "Menuetto",
    "haydn-opus74no1-4": "Vivace",
    "mozart-k155-1": "Allegro",
    "mozart-k155-2": "Andante",
    "mozart-k155-3": "Molto allegro",
    "mozart-k156-4": "Adagio",
    "mozart-k458-2": "Menuetto",
    "mozart-k458-3": "Adagio",
    "mozart-k458-4": "Allegro assai",
    "mozart-k80-1": "Adagio",
    "mozart-k80-2": "Allegro",
    "mozart-k80-3": "Menuetto",
    "mozart-k80-4": "Allegro",
}


def _movements(corpus: Path) -> Iterator[SourcePiece]:
    """The movements, sorted by name; those in Humdrum are there in MusicXML too."""
    for path in sorted(p for c in _COMPOSERS for p in (corpus / c).rglob("*.mxl")):
        composer, *work = path.relative_to(corpus).with_suffix("").parts
        if work[0] in _OTHER_MUSIC:
            continue
        first_bars = _FIRST_BARS.get(path.stem)
        if first_bars is None:
            name = "-".join((composer, *work)).replace("movement", "")
            yield SourcePiece(name, path)
            continue
        stops = [*(bar - 1 for bar in first_bars[1:]), None]
        for number, (first, stop) in enumerate(zip(first_bars, stops, strict=True), 1):
            yield SourcePiece(f"{composer}-{path.stem}-{number}", path, (first - 1, stop))


def _read_movement(piece: SourcePiece) -> tuple[Score, tuple[str, ...]]:
    """Four parts from the highest to the lowest, all at one velocity."""
    root = parse_xml(to_text(unpack_mxl(piece.path.read_bytes())))
    cut_bars(root, *piece.bars)
    if piece.name in _OPENINGS:
        set_opening(root, _OPENINGS[piece.name])
    number_tempo_words(root)
    score = read_text(tostring(root, encoding="unicode"), MUSICXML, piece.name).score.on_grid()
    if len(score.parts) != len(_PARTS):
        raise ValueError(f"{piece.name} has {len(score.parts)} parts")
    notes = score.notes.copy()
    notes["velocity"] = DEFAULT_VELOCITY
    for number, part in enumerate(_PARTS):
        notes["program"][notes["part"] == number] = part.program
    return replace(score, notes=notes, parts=_PARTS), tuple(part.name for part in _PARTS)


QUARTETS = Bundle(
    BundleFacts(
        "string-quartets",
        "String quartets",
        "62 movements for two violins, viola and cello, one track a part: Haydn's opus 1 no. 1 and "
        "opus 74 no. 1, Mozart's K. 80, 155, 156 and 458, Beethoven's opus 18 nos. 1, 3, 4 and 5, "
        "opus 59, 74, 132 and 133. Each repeated section once with its last ending, without da "
        "capo; grace notes and dynamics left out. Tempi are those of the files, or follow from "
        "the tempo words.",
        "MusicXML files of the music21 corpus (its folders beethoven, haydn and mozart), whose "
        "documentation says of these quartets that they are public domain music housed by Project "
        "Gutenberg. Files of whole works (opus 18 nos. 3 to 5, 74 and 132) are divided into their "
        "movements. Left out: k545, a piano sonata, and the four Humdrum files of opus 18 no. 1, "
        "encoded by Craig Sapp, which repeat movements that are there in MusicXML.",
        "Music by Joseph Haydn (1732-1809), W. A. Mozart (1756-1791) and Ludwig van Beethoven "
        "(1770-1827), in the public domain. " + MUSIC21_LICENCE,
    ),
    _movements,
    _read_movement,
)
