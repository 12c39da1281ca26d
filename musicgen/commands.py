"""What each command does: options in, an answer for people and for programs out."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from musicgen.corpus.collection import Collection
from musicgen.corpus.errors import UnknownSource, UnreadableScore
from musicgen.corpus.library import bundled
from musicgen.corpus.reading import read_score
from musicgen.corpus.shelf import shelved
from musicgen.corpus.sources import load_collection
from musicgen.corpus.split import split_pieces
from musicgen.encoding.registry import fit_encoding
from musicgen.models.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint
from musicgen.models.settings import KINDS, ClassicSettings
from musicgen.score import Score
from musicgen.settings import BadName
from musicgen.training.launch import NotNow, check_resumable
from musicgen.training.process import AlreadyTraining, train_run
from musicgen.training.run import (
    FAILED,
    Run,
    UnknownRun,
    create_run,
    find_checkpoint,
    find_run,
    list_runs,
    run_of_checkpoint,
)
from musicgen.training.settings import RunSettings, default_training

PROBLEMS = (
    UnknownSource,
    UnreadableScore,
    UnknownRun,
    BadCheckpoint,
    BadName,
    NotNow,
    AlreadyTraining,
    ValueError,
    OSError,
)


@dataclass(frozen=True)
class Answer:
    """What a command found out."""

    data: Mapping[str, Any]  # for `--json`
    text: str = ""  # for people
    status: int = 0


def library(options: argparse.Namespace) -> Answer:
    """The collections that are here; `build` makes the bundled ones from music21's corpus."""
    if options.action == "build":
        from musicgen.corpus.library_build import build

        build(_say_progress)
    rows = [
        {"name": each.name, "title": each.title, "pieces": each.pieces, "licence": each.licence}
        for each in bundled()
    ]
    own = [{"name": each.name, "pieces": each.files} for each in shelved()]
    lines = [f"{row['name']:24} {row['pieces']:6} pieces" for row in (*rows, *own)]
    return Answer({"bundled": rows, "own": own}, "\n".join(lines))


def corpus(options: argparse.Namespace) -> Answer:
    """Read and encode a collection."""
    began = time.perf_counter()
    collection = load_collection(options.source, _say_progress)
    encoding = fit_encoding(options.encoding, collection.scores)
    steps = [encoding.encode(score) for score in collection.scores]
    if options.encoding == "notes":
        vocabulary = encoding.fields[0].size if any(map(len, steps)) else 0
    else:
        vocabulary = len({token for piece in steps for token in encoding.tokens(piece)})
    data = {
        "name": collection.name,
        "files": len(collection.scores),
        "refused": [{"file": each.file, "reason": each.reason} for each in collection.refused],
        "notes": sum(map(len, collection.scores)),
        "tokens": sum(map(len, steps)),
        "vocabulary": vocabulary,
        "seconds": time.perf_counter() - began,
    }
    lines = [f"refused {each['file']}: {each['reason']}" for each in data["refused"]]
    lines.append(
        f"{data['files']} files, {data['notes']:,} notes, {data['tokens']:,} tokens of a "
        f"vocabulary of {vocabulary:,}, in {data['seconds']:.2f} s"
    )
    return Answer(data, "\n".join(lines))


def runs(options: argparse.Namespace) -> Answer:
    """All runs, with how they stand."""
    rows = []
    for run in list_runs():
        status = run.status()
        rows.append(
            {
                "name": run.name,
                "status": status.state,
                "epoch": status.epoch,
                "loss": status.loss,
                "valid_loss": status.valid_loss,
                "best_valid_loss": status.best_valid_loss,
                "parameters": status.parameters,
                "device": status.device,
                "message": status.message,
                "bundled": run.bundled,
            }
        )
    lines = [
        f"{row['name']:24} {row['status']:12} epoch {row['epoch']:4}  best validation "
        f"{row['best_valid_loss'] or float('nan'):.3f} bits  {row['message']}"
        for row in rows
    ]
    return Answer({"runs": rows}, "\n".join(lines))


def train(options: argparse.Namespace) -> Answer:
    """Train in this process until the end, or until Ctrl-C, which saves first."""
    run = _resumed(options) if options.resume else create_run(_run_settings(options))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: (run.folder / "stop").touch())
    state = train_run(run)
    status = run.written_status()
    data = {
        "run": run.name,
        "status": state,
        "epoch": status.epoch,
        "loss": status.loss,
        "valid_loss": status.valid_loss,
        "message": status.message,
        "seconds": status.seconds,
    }
    text = f"{run.name}: {state} {status.message}".rstrip()
    if state == FAILED:
        print(f"musicgen train: {status.message}", file=sys.stderr)
        return Answer(data, status=1)
    return Answer(data, text)


def compose(options: argparse.Namespace) -> Answer:
    """Compose, write the files, and say how original each piece is."""
    from musicgen.composing.engine import Engine
    from musicgen.composing.studio import compose_pieces

    settings = _compose_settings(options)
    primer = _primer(options.primer) if options.primer else None
    began = time.perf_counter()
    checkpoint = open_checkpoint(find_checkpoint(options.checkpoint))
    engine = Engine(checkpoint)
    loaded = time.perf_counter()
    pieces = compose_pieces(engine, checkpoint, settings, primer)
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


def evaluate(options: argparse.Namespace) -> Answer:
    """Bits a note on one side of a collection's split."""
    from musicgen.composing.engine import Engine
    from musicgen.evaluation.likelihood import evaluate as judge

    checkpoint = open_checkpoint(find_checkpoint(options.checkpoint))
    source = options.source or _source_of(checkpoint)
    scores = pieces_of(load_collection(source, _say_progress), options.split)
    if not scores:
        raise ValueError(f"'{source}' has no piece on the side {options.split}")
    primer = checkpoint.primers[0] if checkpoint.primers else None
    found = judge(Engine(checkpoint), scores, primer, _say_progress)
    data = {"source": source, "split": options.split, **found.to_json()}
    fields = ", ".join(f"{name} {bits:.2f}" for name, bits in found.by_field.items())
    return Answer(data, f"{found.bits_per_note:.3f} bits a note ({fields}) on {found.notes} notes")


def pieces_of(collection: Collection, side: str) -> list[Score]:
    """The pieces of one side of the collection's split."""
    sides = split_pieces(collection.scores)
    return [score for score, at in zip(collection.scores, sides, strict=True) if at == side]


def _source_of(checkpoint: Checkpoint) -> str:
    run = run_of_checkpoint(checkpoint.folder)
    if run is not None:
        return run.settings.source
    source = checkpoint.facts.get("source")
    if not isinstance(source, str):
        raise ValueError("this checkpoint does not say what it learned from: name a --source")
    return source


def _run_settings(options: argparse.Namespace) -> RunSettings:
    kind = KINDS[options.model]
    chosen = {
        n: v for n in ("width", "layers", "dropout") if (v := getattr(options, n)) is not None
    }
    model = kind(**chosen)
    names = (
        "epochs",
        "minutes",
        "batch_size",
        "length",
        "learning_rate",
        "patience",
        "seed",
    )
    how = {n: v for n in names if (v := getattr(options, n)) is not None}
    default = "notes" if isinstance(model, ClassicSettings) else "events"
    source = options.source
    if Path(source).exists() and source not in {b.name for b in bundled()}:
        source = str(Path(source).resolve())  # resumed from any folder
    return RunSettings(
        options.run,
        source,
        options.encoding or default,
        model,
        replace(default_training(model), **how),
        options.start_from or "",
    )


def _resumed(options: argparse.Namespace) -> Run:
    run = find_run(options.run)
    check_resumable(run)
    if options.epochs is not None or options.minutes is not None:
        from musicgen.training.launch import extend

        extend(run, options.epochs, options.minutes)
    return run


def _compose_settings(options: argparse.Namespace) -> Any:
    from musicgen.composing.settings import ComposeSettings

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
    from musicgen.rendering.midi import midi_bytes

    files = {"file": _numbered(options.out, number)}
    files["file"].write_bytes(midi_bytes(score))
    if options.wav:
        from musicgen.rendering.wav import wav_bytes

        files["wav"] = _numbered(options.wav, number)
        files["wav"].write_bytes(wav_bytes(score))
    return {kind: str(path) for kind, path in files.items()}


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _say_progress(done: int, total: int) -> None:
    """On one line of a terminal, where there is one to see it."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done:,} of {total:,}", end=end, file=sys.stderr, flush=True)
