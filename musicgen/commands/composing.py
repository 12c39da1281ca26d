"""`compose`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicgen.commands.answer import Answer
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer, Piece
from musicgen.composing.records.recipe import Recipe, recipe_in
from musicgen.composing.settings import MAX_VARIATIONS, ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from musicgen.encoding.model_interface import Model
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.note_names import parse_pitch
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.training.run_folder.ngram_model import find_ngram, is_ngram_name
from musicgen.training.run_folder.registry import find_checkpoint

# The kinds of files that are made only when they are asked for.
_OTHERS: Mapping[str, Callable[[Score], bytes]] = {
    "wav": wav_bytes,
    "musicxml": musicxml_bytes,
    "pdf": lambda score: pdf_bytes(score_svgs(score)),
}


def compose(options: argparse.Namespace) -> Answer:
    """Compose, write the files, and say how original each piece is."""
    _check_places(options)
    like = _recipe(options) if options.like else None
    settings = _compose_settings(options, like)
    primer = _primer(options.primer) if options.primer else None
    began = time.perf_counter()
    name, model, folder = _model(options.checkpoint)
    composer = Composer(model, TrainingProfile.load(folder))
    loaded = time.perf_counter()
    if like and options.variations is None and not options.best_of:
        pieces = [composer.compose_one(settings, like.variation, primer)]
    else:
        pieces = [*composer.compose(settings, primer, candidates=options.best_of)]
    composed = time.perf_counter()
    rows = []
    for number, piece in enumerate(pieces, 1):
        recipe = _recipe_of(piece, name, primed=primer is not None)
        files = _write_piece(piece.score, recipe, options, number)
        rows.append({**files, **piece.facts()})
    data = {
        "pieces": rows,
        "settings": settings.to_json(),
        "seconds": composed - loaded,
        "load_seconds": loaded - began,
    }
    return Answer(data, "\n".join(map(_in_words, rows)))


def _in_words(row: Mapping[str, Any]) -> str:
    upbeat = " and an upbeat" if row["upbeat"] else ""
    return f"{row['file']}: {row['notes']} notes, {row['bars']} bars{upbeat}"


def _model(wanted: str) -> tuple[str, Model, Path]:
    """What composes, with its whole name, and the checkpoint whose background counts."""
    if is_ngram_name(wanted):
        return wanted, *find_ngram(wanted)
    checkpoint = open_checkpoint(find_checkpoint(wanted))
    folder = checkpoint.folder.resolve()
    return f"{folder.parent.parent.name}@{folder.name}", OnnxModel(checkpoint), checkpoint.folder


def _compose_settings(options: argparse.Namespace, like: Recipe | None) -> ComposeSettings:
    """What the options say, and for the rest a piece's own settings or the usual ones."""
    names = (
        "bars notes variations seed temperature top_k top_p key metre tempo program lowest highest "
        "density grid max_copy endings pickup transpose parts counterpoint form span silence"
    ).split()
    chosen = {n: v for n in names if (v := getattr(options, n)) is not None}
    for name in ("lowest", "highest"):
        if name in chosen:
            chosen[name] = _key(chosen[name])
    if not 0 <= options.best_of <= MAX_VARIATIONS:
        raise ValueError(f"best-of {options.best_of} is not between 0 and {MAX_VARIATIONS}")
    if "notes" in chosen and "bars" not in chosen:
        chosen["bars"] = None
    return replace(like.settings if like else ComposeSettings(), **chosen)


def _key(text: str) -> int:
    """A MIDI key, by its number or its name."""
    if text.lstrip("-").isdecimal():
        return int(text)
    try:
        return parse_pitch(text)
    except ValueError as problem:
        raise ValueError(f"'{text[:20]}' is not a note: {problem}") from None


def _recipe(options: argparse.Namespace) -> Recipe:
    """What a piece's own MIDI file says of it; ValueError where that does not lead to a piece."""
    recipe = recipe_in(options.like.read_bytes())
    if recipe is None:
        raise ValueError(f"{options.like.name} holds no settings: it was not composed by musicgen")
    if recipe.begin != "" and options.primer is None:
        began = f" ({recipe.begin[:60]})" if recipe.begin else ""
        raise ValueError(f"{options.like.name} began from something{began}: say --primer FILE")
    return recipe


def _recipe_of(piece: Piece, model: str, primed: bool) -> Recipe:
    made = piece.composition
    return Recipe(model, made.settings, made.variation, None if primed else "")


def _primer(path: Path) -> Score:
    try:
        return read_score(path.read_bytes(), path.name)
    except UnreadableScore as problem:
        raise ValueError(f"{path.name} cannot be used: {problem}") from None


def _check_places(options: argparse.Namespace) -> None:
    """ValueError where a file could not be written, before anything is composed."""
    for kind in ("out", *_OTHERS):
        path = getattr(options, kind)
        if path and path.is_dir():
            raise ValueError(f"--{kind} {path} is a folder: name a file")
        if path and not path.parent.is_dir():
            raise ValueError(f"--{kind} {path}: there is no folder '{path.parent}'; make it first")


def _write_piece(
    score: Score, recipe: Recipe, options: argparse.Namespace, number: int
) -> dict[str, str]:
    """Files of one variation; the second and later ones are numbered."""
    files = {"file": _numbered(options.out, number)}
    files["file"].write_bytes(midi_bytes(score, text=recipe.to_text()))
    for kind, data in _OTHERS.items():
        if path := getattr(options, kind):
            files[kind] = _numbered(path, number)
            files[kind].write_bytes(data(score))
    return {kind: str(path) for kind, path in files.items()}


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")
