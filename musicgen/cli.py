"""`python -m musicgen …`: all that the pages can do, without a browser."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from musicgen.commands.answer import BAD_INPUT, FAILURE, INTERRUPTED, PROBLEMS
from musicgen.encoding.registry import ENCODINGS
from musicgen.models.settings import KINDS


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 2 for bad input."""
    options = make_parser().parse_args(arguments)
    try:
        answer = _command(options.command)(options)
    except PROBLEMS as problem:
        text = " ".join(str(problem).split()) or type(problem).__name__
        print(f"musicgen {options.name}: {text}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # whoever read the answer has gone
        return FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED
    if options.json:
        print(json.dumps(answer.data, allow_nan=False))
    elif answer.text:
        print(answer.text)
    return answer.status


def _command(place: str) -> Any:
    """The function at MODULE.NAME; imported only now, so that no command pays for another."""
    module, name = place.split(".")
    return getattr(importlib.import_module(f"musicgen.commands.{module}"), name)


def make_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="musicgen", description="A local studio for learned music.")
    subparsers = parser.add_subparsers(dest="name", required=True, parser_class=_Parser)

    def add(name: str, command: str, text: str) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=text, description=text)
        made.add_argument("--json", action="store_true", help="answer with one JSON object")
        made.set_defaults(command=command)
        return made

    library = add(
        "library", "collections.library", "Collections that are here, or build the bundled."
    )
    library.add_argument("action", nargs="?", choices=["build"], help="make them again")
    corpus = add(
        "corpus", "collections.corpus", "Read a collection: what is in it, what was refused."
    )
    corpus.add_argument("source", help="a collection's name, a file, a folder or a zip")
    corpus.add_argument("--encoding", choices=ENCODINGS, default="events")
    text = "All trainings and the models that came with the program; what can be done with one."
    _add_runs(add("runs", "runs.listing", text))
    _add_train(add("train", "training.train", "Train a model; Ctrl-C saves and stops."))
    _add_compose(add("compose", "composing.compose", "Compose new pieces from a checkpoint."))
    evaluate = add("evaluate", "training.evaluate", "How well a model expects pieces it never saw.")
    evaluate.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    evaluate.add_argument("--source", help="another collection than the one it learned from")
    evaluate.add_argument("--split", choices=["valid", "test"], default="valid")
    return parser


def _add_runs(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", parser_class=_Parser, metavar="ACTION")

    def add(name: str, command: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text)
        # What was said before the action stands.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        made.set_defaults(command=command)
        if name != "import":
            made.add_argument("run", metavar="NAME")
        return made

    add("stop", "runs.stop", "Have it save and stop, or cancel it while it waits.")
    add("rename", "runs.rename", "Give it another name.").add_argument("new", metavar="NEW")
    delete = add("delete", "runs.delete", "Delete it for good; asks first.")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    export = add("export", "runs.export", "The whole run as a zip, or its network for Keras.")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.zip|FILE.keras")
    add("import", "runs.import_", "A run from a zip.").add_argument("file", metavar="FILE.zip")


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", help="a collection's name, a file, a folder or a zip")
    parser.add_argument("--run", required=True, metavar="NAME", help="what to call it")
    parser.add_argument("--model", choices=KINDS, help="lstm by default")
    parser.add_argument("--encoding", choices=ENCODINGS, help="default: what suits the model")
    parser.add_argument("--width", type=int, help="units of a layer")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--heads", type=int, help="of a transformer's attention")
    parser.add_argument("--context", type=int, help="steps that a transformer attends to")
    parser.add_argument("--dropout", type=float)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--minutes", type=float, help="stop after so many minutes of training")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--length", type=int, help="steps of a window")
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--weight-decay", type=float)
    parser.add_argument(
        "--average", type=float, metavar="SHARE", help="that averaged weights keep, such as 0.998"
    )
    parser.add_argument(
        "--label-smoothing", type=float, metavar="SHARE", help="of targets, spread over all values"
    )
    parser.add_argument("--valid-share", type=float, help="of the pieces, to validate on")
    parser.add_argument("--test-share", type=float, help="of the pieces, kept for testing")
    parser.add_argument("--patience", type=int, help="epochs without a better validation; 0: never")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--devices", type=int, help="GPUs to train on at most; 0: all")
    parser.add_argument("--start-from", metavar="CHECKPOINT", help="begin with its weights")
    parser.add_argument("--fine-tune", metavar="RUN", help="a copy of it, by its own settings")
    parser.add_argument("--resume", action="store_true", help="go on with the run of that name")


def _add_compose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "checkpoint", help="a run's name, or a checkpoint's folder; NAME@n-gram for its baseline"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="PIECE.mid")
    parser.add_argument("--wav", type=Path, metavar="PIECE.wav", help="the sound, too")
    parser.add_argument("--musicxml", type=Path, metavar="PIECE.musicxml", help="for notation")
    parser.add_argument("--pdf", type=Path, metavar="PIECE.pdf", help="the printed score")
    parser.add_argument(
        "--like", type=Path, metavar="FILE.mid", help="a piece composed here: its settings again"
    )
    parser.add_argument("--bars", type=int)
    parser.add_argument("--notes", type=int)
    parser.add_argument("--variations", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--temperature", type=float, help="0 always takes the likeliest")
    parser.add_argument("--top-k", type=int, help="draw from so many likeliest; 0: from all")
    parser.add_argument("--top-p", type=float, help="draw from the likeliest of this share")
    parser.add_argument("--key", help="such as 'D minor'; any by default")
    parser.add_argument("--metre", help="such as 3/4")
    parser.add_argument("--tempo", type=float, help="quarters a minute")
    parser.add_argument("--program", type=int, help="General MIDI instrument, 0 to 127")
    parser.add_argument("--lowest", metavar="KEY", help="lowest note: C3, or 48 in MIDI")
    parser.add_argument("--highest", metavar="KEY")
    parser.add_argument("--density", type=float, help="-3 (sparse) to 3 (dense); 0 by default")
    parser.add_argument(
        "--grid", help="where notes may begin and end: 16th, triplet, 8th or quarter"
    )
    parser.add_argument(
        "--best-of", type=int, default=0, metavar="N", help="compose so many, keep the best"
    )
    parser.add_argument("--endings", type=int, help="ways to end that are tried; 0: as it comes")
    parser.add_argument(
        "--pickup", type=float, metavar="QUARTERS", help="before the first bar; as usual by default"
    )
    parser.add_argument(
        "--transpose", type=int, metavar="N", help="semitones; by default into a usual key"
    )
    parser.add_argument("--parts", type=int, help="of one note at a time; 0: all notes in one")
    parser.add_argument(
        "--counterpoint", type=float, metavar="X", help="wish for few clashes and parallels; 0 to 3"
    )
    parser.add_argument(
        "--form", metavar="LETTERS", help="one for each bar, the same for bars that come again"
    )
    parser.add_argument("--span", type=int, metavar="N", help="semitones that a piece reaches over")
    parser.add_argument("--silence", type=float, metavar="QUARTERS", help="the longest")
    parser.add_argument("--max-copy", type=int, help="notes in a row that training pieces may hold")
    parser.add_argument("--primer", type=Path, metavar="FILE", help="a piece to go on from")
