"""`compose`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from musicgen.commands.answer import Answer
from musicgen.composing.background import Background
from musicgen.composing.engine import Engine
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.studio import compose_pieces
from musicgen.corpus.reading import read_score
from musicgen.models.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.pdf import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.training.run import find_checkpoint

# The kinds of files that are made only when they are asked for.
_OTHERS: Mapping[str, Callable[[Score], bytes]] = {
    "wav": wav_bytes,
    "musicxml": musicxml_bytes,
    "pdf": lambda score: pdf_bytes(score_svgs(score)),
}


def compose(options: argparse.Namespace) -> Answer:
    """Compose, write the files, and say how original each piece is."""
    settings = _compose_settings(options)
    primer = _primer(options.primer) if options.primer else None
    began = time.perf_counter()
    checkpoint = open_checkpoint(find_checkpoint(options.checkpoint))
    engine, known = Engine(checkpoint), Background.of(checkpoint.folder)
    loaded = time.perf_counter()
    pieces = compose_pieces(engine, known, settings, primer)
    composed = time.perf_counter()
    rows = []
    for number, piece in enumerate(pieces, 1):
        files = _write_piece(piece.score, options, number)
        rows.append({**files, **piece.facts()})
    data = {
        "pieces": rows,
        "settings": settings.to_json(),
        "seconds": composed - loaded,
        "load_seconds": loaded - began,
    }
    lines = [f"{row['file']}: {row['notes']} notes, {row['bars']} bars" for row in rows]
    return Answer(data, "\n".join(lines))


def _compose_settings(options: argparse.Namespace) -> ComposeSettings:
    names = (
        "bars notes variations seed temperature top_k top_p key metre tempo program max_copy"
    ).split()
    chosen = {n: v for n in names if (v := getattr(options, n)) is not None}
    if "notes" in chosen and "bars" not in chosen:
        chosen["bars"] = None
    return ComposeSettings(**chosen)


def _primer(path: Path) -> Score:
    return read_score(path.read_bytes(), path.name)


def _write_piece(score: Score, options: argparse.Namespace, number: int) -> dict[str, str]:
    """Files of one variation; the second and later ones are numbered."""
    files = {"file": _numbered(options.out, number)}
    files["file"].write_bytes(midi_bytes(score))
    for kind, data in _OTHERS.items():
        if path := getattr(options, kind):
            files[kind] = _numbered(path, number)
            files[kind].write_bytes(data(score))
    return {kind: str(path) for kind, path in files.items()}


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")
