"""Command line: `musicgen COMMAND`, also `python -m musicgen COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from musicgen.commands.answer import BAD_INPUT, FAILURE, INTERRUPTED, Answer
from musicgen.commands.options import (
    add_compose_options,
    add_prepare_options,
    add_run_actions,
    add_split_option,
    add_time_option,
    add_train_options,
)
from musicgen.encoding.registry import ENCODINGS
from musicgen.files import USER_ERRORS, message_of


class _Parser(argparse.ArgumentParser):
    """Parser whose errors are one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, BAD_INPUT where a person can correct the error."""
    options = make_parser().parse_args(arguments)
    try:
        answer = _load_command(options.command)(options)
        if options.json:
            print(json.dumps(answer.data, allow_nan=False), flush=True)
        elif answer.text:
            print(answer.text, flush=True)
    except BrokenPipeError:  # the reader of standard output has closed it
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for what Python flushes at its end
        return FAILURE
    except USER_ERRORS as problem:
        print(f"musicgen {options.name}: {message_of(problem)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return answer.status


def _load_command(path: str) -> Callable[[argparse.Namespace], Answer]:
    """The function MODULE.NAME of `musicgen.commands`; importing all modules would take seconds."""
    module, name = path.split(".")
    command: Callable[[argparse.Namespace], Answer] = getattr(
        importlib.import_module(f"musicgen.commands.{module}"), name
    )
    return command


def make_parser() -> argparse.ArgumentParser:
    """Parser of all commands; `options.command` is the function of a command, as MODULE.NAME."""
    parser = _Parser(prog="musicgen", description="Read music, train models on it, compose.")
    subparsers = parser.add_subparsers(dest="name", required=True, parser_class=_Parser)

    def add(name: str, command: str, description: str) -> argparse.ArgumentParser:
        subparser = subparsers.add_parser(name, help=description, description=description)
        subparser.add_argument("--json", action="store_true", help="print one JSON object")
        subparser.set_defaults(command=command)
        return subparser

    library = add("library", "collections.library", "List the collections on this computer.")
    library.add_argument(
        "action", nargs="?", choices=["build"], help="build the bundled collections again"
    )
    corpus = add(
        "corpus", "collections.corpus", "Read a collection and list the files that were refused."
    )
    corpus.add_argument("source", help="a collection's name, a file, a folder or a zip")
    corpus.add_argument("--encoding", choices=ENCODINGS, default="events")
    add_time_option(corpus)
    add_prepare_options(add("prepare", "preparing.prepare", "Encode music once, for trainings."))
    convert = add("convert", "converting.convert", "Write a piece in another format.")
    convert.add_argument("file", type=Path, metavar="FILE", help="MIDI, MusicXML, ABC or Humdrum")
    convert.add_argument(
        "out", type=Path, metavar="OUT", help="a .mid, .musicxml, .wav, .pdf or .svg file"
    )
    add_time_option(convert)
    add_run_actions(
        add("runs", "runs.list_all", "List all runs, or do something with one."), _Parser
    )
    add_train_options(add("train", "training.train", "Train a model; Ctrl-C saves and stops."))
    add_compose_options(add("compose", "composing.compose", "Compose pieces with a model."))
    evaluate = add("evaluate", "training.evaluate", "Evaluate a model on held-out pieces.")
    evaluate.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    evaluate.add_argument("--source", help="collection; default the one it was trained on")
    evaluate.add_argument("--split", choices=["valid", "test"], default="valid")
    add_split_option(evaluate)
    return parser
