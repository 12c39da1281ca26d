"""Command `compose`: pieces from a checkpoint, as files."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicgen.commands.answer import Answer
from musicgen.commands.infilling import read_infilling
from musicgen.commands.paths import check_writable, numbered
from musicgen.commands.progress import EXPORTING, WaitingLine
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.piece import Piece
from musicgen.composing.pipeline import Composer
from musicgen.composing.records.recipe import Recipe, recipe_in
from musicgen.composing.settings import MAX_VARIATIONS, ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.source_files import read_file
from musicgen.corpus.time_choice import TimeChoice, with_time
from musicgen.encoding.model_interface import Model
from musicgen.errors import InvalidSetting
from musicgen.files import write_output
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.note_names import parse_pitch
from musicgen.score import Score
from musicgen.theory.chosen_parts import melody_part, only_parts, parts_named
from musicgen.training.run_folder.registry import find_checkpoint, is_ngram_name

# Formats besides MIDI, written where their options are given.
_FORMATS = ("wav", "musicxml", "pdf")  # options, and extensions of `exports`

# Options that are settings of the composer under the same name.
_SETTING_OPTIONS = (
    "bars notes variations seed temperature top_k top_p key metre tempo program lowest highest "
    "density grid max_copy endings pickup transpose counterpoint form span silence chords "
    "chord_strength particles"
).split()

_OTHER_NOTES = (
    "{} was composed by an earlier version of musicgen: from the same seed this version draws "
    "other notes"
)


def compose(options: argparse.Namespace) -> Answer:
    """Compose pieces, write their files, and report the facts of each."""
    _check_paths(options)
    recipe = _read_recipe(options) if options.like else None
    settings = _settings(options, recipe)
    primer = _read_primer(options.primer, options.time) if options.primer else None
    given = None if options.infill_bars else _read_given(options)
    infilling = read_infilling(options, _read_primer) if options.infill_bars else None
    started = time.perf_counter()
    name, model, folder = _open_model(options.checkpoint)
    composer = Composer(model, TrainingProfile.load(folder))
    loaded = time.perf_counter()
    variation = recipe.variation if recipe and options.variations is None else None
    if infilling is not None:
        pieces = infilling.compose(composer, settings)
    elif given is not None:
        chosen = None if variation is None else [variation]
        pieces = [*composer.accompany(settings, given, chosen)]
    elif variation is not None and not options.best_of:
        pieces = [composer.compose_one(settings, variation, primer)]
    else:
        pieces = [*composer.compose(settings, primer, candidates=options.best_of)]
    composed = time.perf_counter()
    rows = []
    for number, piece in enumerate(pieces, 1):
        files = _write_files(piece, name, options, number)
        rows.append({**files, **piece.facts()})
    lines = list(map(_describe, rows))
    if settings.draws_other_notes:
        lines.append(_OTHER_NOTES.format(options.like.name))
    data = {
        "pieces": rows,
        "settings": settings.to_json(),
        "draws_other_notes": settings.draws_other_notes,
        "seconds": composed - loaded,
        "load_seconds": loaded - started,
    }
    return Answer(data, "\n".join(lines))


def _describe(row: Mapping[str, Any]) -> str:
    if row["performance"]:
        return f"{row['file']}: {row['notes']} notes, {row['seconds']:.1f} seconds"
    upbeat = " and an upbeat" if row["upbeat"] else ""
    return f"{row['file']}: {row['notes']} notes, {row['bars']} bars{upbeat}"


def _open_model(name: str) -> tuple[str, Model, Path]:
    """Open a checkpoint or the n-gram of a run: full name, model, folder of the profile."""
    if is_ngram_name(name):
        # Here and below: imports of a tenth of a second that few commands need.
        from musicgen.training.run_folder.ngram_model import find_ngram

        return name, *find_ngram(name)
    checkpoint = open_checkpoint(find_checkpoint(name))
    folder = checkpoint.folder.resolve()
    return (
        f"{folder.parent.parent.name}@{folder.name}",
        OnnxModel(checkpoint, WaitingLine(EXPORTING)),
        checkpoint.folder,
    )


def _settings(options: argparse.Namespace, recipe: Recipe | None) -> ComposeSettings:
    """Settings of the options, and for the rest those of a recipe or the defaults."""
    values = {n: v for n in _SETTING_OPTIONS if (v := getattr(options, n)) is not None}
    if options.parts is not None and not options.infill_bars:
        values["parts"] = _parse_number("parts", options.parts)
    for name in ("lowest", "highest"):
        if name in values:
            values[name] = _parse_key(values[name])
    if not 0 <= options.best_of <= MAX_VARIATIONS:
        raise InvalidSetting(f"best-of {options.best_of} is not between 0 and {MAX_VARIATIONS}")
    if "notes" in values and "bars" not in values:
        values["bars"] = None
    return replace(recipe.settings if recipe else ComposeSettings(), **values)


def _parse_number(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,6}", text):
        raise InvalidSetting(f"{name} '{text[:40]}' is not a number")
    return int(text)


def _parse_key(text: str) -> int:
    """MIDI key of its number or its name, such as 60 or C4."""
    if text.lstrip("-").isdecimal():
        return int(text)
    try:
        return parse_pitch(text)
    except ValueError as problem:
        raise InvalidSetting(f"'{text[:20]}' is not a note: {problem}") from None


def _read_recipe(options: argparse.Namespace) -> Recipe:
    """Read the recipe of --like; InvalidSetting where it does not lead to a piece."""
    recipe = recipe_in(read_file(options.like))
    name = options.like.name
    if recipe is None:
        raise InvalidSetting(f"{name} holds no settings: it was not composed by musicgen")
    has_beginning = options.primer or options.melody or options.infill_bars
    if recipe.begin != "" and not has_beginning:
        beginning = f" ({recipe.begin[:60]})" if recipe.begin else ""
        raise InvalidSetting(
            f"{name} began from something{beginning}: say --primer FILE or --melody FILE"
        )
    return recipe


def _read_primer(path: Path, time: TimeChoice) -> Score:
    from musicgen.corpus.readers.read_score import read_score

    try:
        return with_time(read_score(read_file(path), path.name), time)
    except UnreadableScore as problem:
        raise InvalidSetting(f"{path.name} cannot be used: {problem}") from None


def _read_given(options: argparse.Namespace) -> Score | None:
    """The given parts of --melody; None without it."""
    if options.melody is None:
        if options.given is not None:
            raise InvalidSetting("--given names parts of the file of --melody: say which file")
        return None
    if options.best_of:
        raise InvalidSetting("--best-of chooses among whole pieces: leave it out with --melody")
    score = _read_primer(options.melody, options.time)
    if not len(score):
        raise InvalidSetting(f"{options.melody.name} holds no notes")
    if options.given is None:
        return only_parts(score, [melody_part(score)])
    return only_parts(score, parts_named(score, options.given))


def _check_paths(options: argparse.Namespace) -> None:
    """Raise InvalidSetting where a file cannot be written, before anything is composed."""
    for kind in ("out", *_FORMATS):
        if path := getattr(options, kind):
            check_writable(f"--{kind}", path)


def _write_files(
    piece: Piece, model: str, options: argparse.Namespace, number: int
) -> dict[str, str]:
    """Write the files of one piece; those of the second and later ones are numbered."""
    composition, score = piece.composition, piece.score
    begin = None if options.primer or options.melody or options.infill_bars else ""
    recipe = Recipe(model, composition.settings, composition.variation, begin)
    files = {"file": numbered(options.out, number)}
    write_output(files["file"], midi_bytes(score, text=recipe.to_text()))
    for kind in _FORMATS:
        if path := getattr(options, kind):
            from musicgen.rendering.exports import export

            files[kind] = numbered(path, number)
            write_output(files[kind], export(score, f".{kind}")[0])
    return {kind: str(path) for kind, path in files.items()}
