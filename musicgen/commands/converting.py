"""The command `convert`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from musicgen.commands.answer import Answer
from musicgen.commands.paths import check_writable, numbered
from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.facts import PieceFacts, piece_facts
from musicgen.corpus.readers.read_score import read_piece
from musicgen.corpus.source_files import read_file
from musicgen.corpus.time_choice import with_time
from musicgen.files import write_output
from musicgen.rendering.exports import PRINTED, check_extension, export


def convert(options: argparse.Namespace) -> Answer:
    """Write a piece in another format; of several printed pages each is a file of its own.

    Raises UnreadableScore, CollectionError or InvalidSetting.
    """
    check_extension(options.out.suffix)
    check_writable("OUT", options.out)
    piece = read_piece(read_file(options.file), options.file.name)
    if isinstance(piece, RefusedFile):
        raise CollectionError(str(piece))
    facts = piece_facts(piece)
    score = with_time(piece.score, options.time)
    by_beats = options.out.suffix.lower() in PRINTED and score.is_performance
    if by_beats:  # what is printed has bars: those of the file, for want of better ones
        score = with_time(score, "beats")
    files = []
    for number, data in enumerate(export(score, options.out.suffix), 1):
        path = numbered(options.out, number)
        write_output(path, data)
        files.append(str(path))
    return Answer({**asdict(facts), "files": files}, _describe(facts, files, by_beats))


def _describe(facts: PieceFacts, files: list[str], by_beats: bool) -> str:
    left_out = f"; left out: {', '.join(facts.left_out)}" if facts.left_out else ""
    beats = "; played without a beat: written by the beats of its file" if by_beats else ""
    notes = f"{facts.notes:,} note{'' if facts.notes == 1 else 's'}"
    parts = f"{len(facts.parts)} part{'' if len(facts.parts) == 1 else 's'}"
    return f"{', '.join(files)}: {notes} in {parts}{left_out}{beats}"
