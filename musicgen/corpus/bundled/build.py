"""Build of the bundled collections from the installed music21 corpus.

Takes some minutes and no network. The same music21 gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from musicgen.corpus.bundled.midi_writer import midi_of_parts
from musicgen.corpus.bundled.music21_abc import read_with_music21
from musicgen.corpus.readers.archives import unpack_mxl
from musicgen.corpus.readers.formats import MUSICXML, to_text
from musicgen.corpus.readers.notation import read_text
from musicgen.corpus.readers.written_score import Notation
from musicgen.metres import Metre
from musicgen.progress import Progress
from musicgen.score import Score

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest of the format: bytes do not depend on the date
_VOICES = ("soprano", "alto", "tenor", "bass")
_ORGAN, _FIDDLE = 19, 110  # General MIDI programs, from 0
_CHORALE_TEMPO = 80.0  # quarters a minute
_MUSIC21_LICENCE = (
    "The encoding comes with the music21 corpus, whose licence text says: distributed with the "
    "permission of the encoders and where permitted under United States copyright law; to the "
    "best of its authors' knowledge out of copyright in the United States or licensed for use, "
    "though there may be restrictions on commercial use. The files state none of their own."
)


@dataclass(frozen=True)
class BundleFacts:
    """Facts about a bundled collection, stored as JSON beside its zip."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    pieces: int = 0


@dataclass(frozen=True)
class Bundle:
    """A bundled collection to build: facts, source files, conversion of a file to a score."""

    facts: BundleFacts  # without the number of pieces
    folder: str  # in the music21 corpus
    suffixes: tuple[str, ...]
    left_out: tuple[str, ...]  # stems of files that do not belong to the collection
    prepare: Callable[[Notation], tuple[Score, tuple[str, ...]]]  # to the score and part names


def build_library(
    folder: Path, progress: Progress | None = None, stride: int = 1
) -> tuple[Path, ...]:
    """Write the zip and JSON of all bundled collections into a folder; returns the zips' paths.

    `progress` gets files done and files in all. stride: build only every stride-th file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths_by_bundle = [list(_files(bundle))[::stride] for bundle in BUNDLES]
    total, done, zips = sum(map(len, paths_by_bundle)), 0, []
    for bundle, paths in zip(BUNDLES, paths_by_bundle, strict=True):
        members = {}
        for path in paths:
            score, parts = bundle.prepare(_read(path))
            members[f"{path.stem}.mid"] = midi_of_parts(score, parts)
            done += 1
            if progress:
                progress(done, total)
        zips.append(_write(folder, bundle.facts, members))
    return tuple(zips)


def _files(bundle: Bundle) -> Iterator[Path]:
    """The source files of a collection, sorted by name."""
    import music21

    corpus = Path(music21.__file__).parent / "corpus"
    for path in sorted((corpus / bundle.folder).iterdir()):
        if path.suffix in bundle.suffixes and path.stem not in bundle.left_out:
            yield path


def _read(path: Path) -> Notation:
    """Read a file of the corpus."""
    data = path.read_bytes()
    text = to_text(unpack_mxl(data) if path.suffix == ".mxl" else data)
    if path.suffix == ".abc":
        return read_with_music21(text, path.stem)
    return read_text(text, MUSICXML, path.stem)


def _chorale(notation: Notation) -> tuple[Score, tuple[str, ...]]:
    """Only the choir's parts, from the highest to the lowest."""
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
    return Score(notes, notation.tempo or _CHORALE_TEMPO, score.metres, score.name), titles


def _tune(notation: Notation) -> tuple[Score, tuple[str, ...]]:
    """One melody, at a dance tempo for its metre if the source has none."""
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


def _write(folder: Path, facts: BundleFacts, members: dict[str, bytes]) -> Path:
    """Write <name>.zip with the members sorted by name, and <name>.json with the facts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    path = folder / f"{facts.name}.zip"
    path.write_bytes(buffer.getvalue())
    facts = replace(facts, pieces=len(members))
    text = json.dumps(asdict(facts), indent=2, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return path


BUNDLES = (
    Bundle(
        BundleFacts(
            "bach-chorales",
            "Bach chorales",
            "J. S. Bach's four-part chorales: the choir's parts, one track a voice, each repeated "
            "section once. Instruments that double or accompany the choir in 42 of the files are "
            "left out.",
            "Margaret Greentree's MusicXML edition, the folder bach of the music21 corpus, which "
            "has it with her permission (bwv846, a prelude, is not a chorale; three Humdrum files "
            "under another licence repeat chorales that are there in MusicXML).",
            "Music by J. S. Bach (1685-1750), in the public domain. " + _MUSIC21_LICENCE,
        ),
        "bach",
        (".mxl", ".xml"),
        ("bwv846",),
        _chorale,
    ),
    Bundle(
        BundleFacts(
            "ryans-mammoth",
            "Ryan's Mammoth Collection",
            "Reels, jigs, hornpipes, strathspeys and other fiddle tunes from William Bradbury "
            "Ryan's collection of 1883 (later Cole's 1000 Fiddle Tunes): one melody each, each "
            "repeated section once with its last ending, grace notes left out, at a dancer's "
            "tempo.",
            "The ABC edition that John Chambers provided for the music21 corpus (its folder "
            "ryansMammoth), transcribed by Ray Davies, John B. Walsh, Bob Puckette and others.",
            "Music published in 1883, in the public domain. " + _MUSIC21_LICENCE,
        ),
        "ryansMammoth",
        (".abc",),
        (),
        _tune,
    ),
)
